import { canCarryHeaders, withSessionHeaders } from "./cookies/response-headers.ts";
import { assertOption, NoResponseError, SessionForeignError, UnsupportedError } from "./errors.ts";
import { parseJson } from "./lib/json.ts";
import { commitRequest } from "./lifecycle/commit.ts";
import { PendingSession } from "./lifecycle/pending-session.ts";
import type { SessionBackend } from "./modes/backend.ts";
import { rejectionOf } from "./session/lifetime.ts";
import { type ManagerContext, resolveOptions, type SessionManagerOptions } from "./session/options.ts";
import type { Session } from "./session/session.ts";
import { SessionHandle } from "./session/session-handle.ts";
import { decodeContent } from "./stores/session-content.ts";
import type { SubjectSession } from "./stores/store.ts";

/** A session in a list of {@link SessionManager.list}. Nothing in it can be used as a cookie. */
export interface SessionInfo {
  /** `Session.id`, which {@link SessionManager.revoke} takes. */
  readonly id: string;
  readonly subject?: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly authenticatedAt?: number;
  /** What `login` of `@coatcheck/auth` stored about the login. */
  readonly login: unknown;
}

/** Opens the session of a request and commits it to the response. Make one per application, not one per request. */
export class SessionManager<
  Data extends object = Record<string, unknown>,
  Flash extends object = Record<string, string>,
> {
  readonly #context: ManagerContext;

  /** @throws `INVALID_OPTION` or `WEAK_SECRET` for an invalid option */
  constructor(options: SessionManagerOptions<Data>) {
    this.#context = resolveOptions(options);
  }

  /** The session of a request. It is not loaded before it is awaited. */
  open(request: Request): PendingSession<Data, Flash> {
    return new PendingSession(this.#context, request);
  }

  /**
   * Writes what changed and, once the store has confirmed it, sets the headers. When the session was never awaited, the
   * response is returned as it is, the same object. Committing a session again writes nothing and sets the same headers.
   *
   * @param options.failed - whether the handler threw, whatever the status of the response; see `commitOnError`
   * @throws `STORE_FAILED`, `SESSION_CONFLICT`, `SESSION_TOO_LARGE`, `NOT_SERIALIZABLE`, `SESSION_FOREIGN`, `NO_RESPONSE`
   */
  async commit(
    session: PendingSession<Data, Flash> | Session<Data, Flash>,
    response: Response,
    options: { readonly failed?: boolean } = {},
  ): Promise<Response> {
    const scope = SessionHandle.scopeOf(session);
    if (scope?.context !== this.#context) {
      throw new SessionForeignError("Commit the session with the manager that opened it.");
    }
    scope.isCommitted = true;
    assertResponse(response);
    if (scope.state === undefined) return response;
    // Response.error() has status 0.
    const isFailure = options.failed === true || response.status >= 500 || response.status === 0;
    scope.commit ??= commitRequest(scope, { isFailure, canSetCookies: canCarryHeaders(response) });
    return withSessionHeaders(response, await scope.commit);
  }

  /** Opens, handles, commits. What the handler throws is thrown on, after a `destroy` was committed. */
  async handle(
    request: Request,
    handler: (pending: PendingSession<Data, Flash>) => Response | Promise<Response>,
  ): Promise<Response> {
    const pending = this.open(request);
    let response: Response;
    try {
      response = await handler(pending);
      assertResponse(response);
    } catch (error) {
      await this.commit(pending, Response.error()).catch((failure: unknown) => {
        // It is the same error when the handler committed by itself.
        if (failure !== error) throw new AggregateError([error, failure]);
      });
      throw error;
    }
    return this.commit(pending, response);
  }

  /** Makes a fetch function of a handler with sessions. Arguments after the request are passed on. */
  wrap<Incoming extends Request, Rest extends unknown[]>(
    handler: (request: Incoming, pending: PendingSession<Data, Flash>, ...rest: Rest) => Response | Promise<Response>,
  ): (request: Incoming, ...rest: Rest) => Promise<Response> {
    return (request, ...rest) => this.handle(request, (pending) => handler(request, pending, ...rest));
  }

  /** The live sessions of a subject, newest login first. @throws `UNSUPPORTED`, `STORE_FAILED` */
  async list(subject: string): Promise<SessionInfo[]> {
    const found = await this.#ability("list")(subject);
    return found
      .filter(({ session }) => rejectionOf(this.#context, session) === undefined)
      .map(toSessionInfo)
      .sort((a, b) => (b.authenticatedAt ?? 0) - (a.authenticatedAt ?? 0));
  }

  /** Ends one session by its `Session.id`. Resolves to whether it existed. @throws `UNSUPPORTED`, `STORE_FAILED` */
  async revoke(sessionId: string): Promise<boolean> {
    const existed = await this.#ability("revoke")(sessionId);
    if (existed) this.#context.emit({ type: "revoked", id: sessionId });
    return existed;
  }

  /**
   * Ends all sessions of a subject. Resolves to how many it ended, or to `undefined` in a cookie mode, which cannot count
   * them.
   *
   * @param options.except - the `Session.id` of a session that stays, for "log out everywhere else"
   * @throws `UNSUPPORTED`, `STORE_FAILED`
   */
  async revokeAll(
    subject: string,
    options: { readonly except?: string | undefined } = {},
  ): Promise<number | undefined> {
    assertOption(typeof options === "object", "revokeAll needs an object: { except: session.id }");
    const count = await this.#ability("revokeAll")(subject, options.except);
    this.#context.emit({ type: "revoked", subject, count });
    return count;
  }

  #ability<Name extends "list" | "revoke" | "revokeAll">(name: Name): NonNullable<SessionBackend[Name]> {
    const ability = this.#context.backend[name];
    if (ability === undefined) {
      throw new UnsupportedError(
        `${name} needs serverSide and a store with a subject index. In cookie modes, revocations enables revoke and revokeAll.`,
      );
    }
    return ability;
  }
}

function assertResponse(response: Response | undefined): void {
  if (typeof response?.headers?.get !== "function") throw new NoResponseError("The handler returned no Response.");
}

function toSessionInfo({ key, session }: SubjectSession): SessionInfo {
  const { data, version, ...metadata } = session;
  const content = decodeContent(parseJson(data));
  return { ...metadata, id: key, login: content?.extensionData?.["login"] };
}
