import { SessionCommittedError, SessionNotAwaitedError } from "../errors.ts";
import type { ManagerContext } from "../session/options.ts";
import { Session } from "../session/session.ts";
import { SessionHandle } from "../session/session-handle.ts";
import type { RequestScope, SessionState } from "../session/session-state.ts";
import { loadSession } from "./load.ts";

/**
 * A session that has not been loaded. `await` it to get the {@link Session}. Until then it costs nothing: no cookie is
 * parsed, no key derived and no store called.
 */
export class PendingSession<
    Data extends object = Record<string, unknown>,
    Flash extends object = Record<string, string>,
  >
  extends SessionHandle
  implements PromiseLike<Session<Data, Flash>>
{
  readonly #scope: RequestScope;
  #session: Promise<Session<Data, Flash>> | undefined;

  static {
    // JavaScript does not prevent `pending.get("cart")`, and "is not a function" would not say why it fails.
    for (const name of Object.getOwnPropertyNames(Session.prototype)) {
      if (name === "constructor") continue;
      const fail = () => {
        throw new SessionNotAwaitedError(`${name} needs the session itself: const session = await pending.`);
      };
      Object.defineProperty(PendingSession.prototype, name, { get: fail, set: fail });
    }
  }

  /** @internal */
  constructor(context: ManagerContext, request: Request) {
    const scope: RequestScope = { context, request };
    super(scope);
    this.#scope = scope;
  }

  /**
   * Loads the session, once however often it is called. Rejects with `STORE_FAILED` when the store fails, and with
   * `SESSION_COMMITTED` when the session was not awaited before the response was committed.
   */
  then<Fulfilled = Session<Data, Flash>, Rejected = never>(
    onFulfilled?: ((session: Session<Data, Flash>) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    this.#session ??= this.#load();
    return this.#session.then(onFulfilled, onRejected);
  }

  #load(): Promise<Session<Data, Flash>> {
    const scope = this.#scope;
    if (scope.isCommitted) {
      // The response has left without Vary: Cookie, and a cache may already serve it to everyone.
      return Promise.reject(new SessionCommittedError("Await the session before the response is returned."));
    }
    const state = loadSession(scope);
    const session = this.#loaded(state);
    scope.state = state;
    scope.session = session;
    return session;
  }

  async #loaded(loading: Promise<SessionState>): Promise<Session<Data, Flash>> {
    const session = new Session<Data, Flash>(await loading);
    await this.#scope.hooks?.onLoad?.(session);
    return session;
  }
}
