import { canCarryHeaders, withSessionHeaders } from "./cookies/response-headers.ts";
import { assertOption, NoResponseError, SessionForeignError, UnsupportedError } from "./errors.ts";
import { parseJson } from "./lib/json.ts";
import { settle } from "./lifecycle/commit.ts";
import { PendingSession } from "./lifecycle/pending-session.ts";
import type { SessionBackend } from "./modes/backend.ts";
import type { Content } from "./session/draft.ts";
import { rejectionOf } from "./session/lifetime.ts";
import { type ManagerContext, resolveOptions, type SessionManagerOptions } from "./session/options.ts";
import type { Session } from "./session/session.ts";
import { SessionHandle } from "./session/session-state.ts";

/** What {@link SessionManager.list} tells about a session. Nothing in it can be used as a cookie. */
export interface SessionInfo {
  /** `Session.id`, what {@link SessionManager.revoke} takes. */
  readonly id: string;
  readonly subject?: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly authenticatedAt?: number;
  /** What `login` of `@coatcheck/auth` noted. */
  readonly login: unknown;
}

/** Opens the session of a request and commits it to the response. Make one per application, not one per request. */
export class SessionManager<
  Data extends object = Record<string, unknown>,
  Flash extends object = Record<string, string>,
> {
  readonly #context: ManagerContext;

  /** @throws `INVALID_OPTION` or `WEAK_SECRET` for anything that can be known to be wrong */
  constructor(options: SessionManagerOptions<Data>) {
    this.#context = resolveOptions(options);
  }

  /** The session of a request, not read before it is awaited. */
  open(request: Request): PendingSession<Data, Flash> {
    return new PendingSession(this.#context, request);
  }

  /**
   * Writes what changed and, once that is confirmed, sets the headers. A session that nobody awaited leaves the response
   * as it is, the same object. Committing a session again writes nothing and sets the same headers.
   *
   * @param options.failed - the handler threw, whatever the status of the response says; see `commitOnError`
   * @throws `STORE_FAILED`, `SESSION_CONFLICT`, `SESSION_TOO_LARGE`, `NOT_SERIALIZABLE`, `SESSION_FOREIGN`, `NO_RESPONSE`
   */
  async commit(
    session: PendingSession<Data, Flash> | Session<Data, Flash>,
    response: Response,
    options: { readonly failed?: boolean } = {},
  ): Promise<Response> {
    const visit = SessionHandle.of(session);
    if (visit?.context !== this.#context) {
      throw new SessionForeignError("Commit with the manager that opened the session.");
    }
    visit.isCommitted = true;
    assertResponse(response);
    if (!visit.loading) return response;
    // Whoever awaited a session that failed to load was told, and answered with this response. It depends on the cookie
    // all the same.
    const state = await visit.loading.catch(() => undefined);
    // Response.error() has status 0.
    const isFailure = options.failed || response.status >= 500 || response.status === 0;
    if (state) state.settled ??= settle(state, isFailure, canCarryHeaders(response));
    return withSessionHeaders(response, (await state?.settled) ?? new Map());
  }

  /** Opens, handles, commits. What the handler throws is thrown on, after a `destroy` in it was committed. */
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
        // The same one when the handler has committed itself, and was told of it.
        if (failure !== error) throw new AggregateError([error, failure]);
      });
      throw error;
    }
    return this.commit(pending, response);
  }

  /** A handler with sessions as a fetch function; what that is called with besides the request is passed on. */
  wrap<Incoming extends Request, Rest extends unknown[]>(
    handler: (request: Incoming, pending: PendingSession<Data, Flash>, ...rest: Rest) => Response | Promise<Response>,
  ): (request: Incoming, ...rest: Rest) => Promise<Response> {
    return (request, ...rest) => this.handle(request, (pending) => handler(request, pending, ...rest));
  }

  /** The live sessions of a subject, newest login first. @throws `UNSUPPORTED`, `STORE_FAILED` */
  async list(subject: string): Promise<SessionInfo[]> {
    const found = await this.#able("list")(subject);
    return found
      .filter(({ session }) => !rejectionOf(this.#context, session))
      .map(({ key, session: { data, version, ...about } }) => ({
        ...about,
        id: key,
        login: (parseJson(data) as Partial<Content> | undefined)?.n?.["login"],
      }))
      .sort((a, b) => (b.authenticatedAt ?? 0) - (a.authenticatedAt ?? 0));
  }

  /** Ends one session by its `Session.id`; `true` when it was there. @throws `UNSUPPORTED`, `STORE_FAILED` */
  async revoke(sessionId: string): Promise<boolean> {
    const wasThere = await this.#able("revoke")(sessionId);
    if (wasThere) this.#context.emit({ type: "revoked", id: sessionId });
    return wasThere;
  }

  /**
   * Ends all sessions of a subject; resolves to how many, or `undefined` in a cookie mode, where nobody counts them.
   *
   * @param options.except - the `Session.id` of the one to spare, for "log out everywhere else"
   * @throws `UNSUPPORTED`, `STORE_FAILED`
   */
  async revokeAll(
    subject: string,
    options: { readonly except?: string | undefined } = {},
  ): Promise<number | undefined> {
    assertOption(typeof options === "object", "revokeAll needs { except: id }");
    const count = await this.#able("revokeAll")(subject, options.except);
    this.#context.emit({ type: "revoked", subject, count });
    return count;
  }

  #able<Name extends "list" | "revoke" | "revokeAll">(name: Name): NonNullable<SessionBackend[Name]> {
    const able = this.#context.backend[name];
    if (able === undefined) {
      throw new UnsupportedError(
        `${name} needs serverSide and a subject index; revocations do for revoke and revokeAll.`,
      );
    }
    return able;
  }
}

function assertResponse(response: Response | undefined): void {
  if (typeof response?.headers?.get !== "function") throw new NoResponseError("No Response was returned.");
}
