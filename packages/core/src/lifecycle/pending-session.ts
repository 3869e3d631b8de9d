import { SessionCommittedError, SessionNotAwaitedError } from "../errors.ts";
import type { ManagerContext } from "../session/options.ts";
import { Session } from "../session/session.ts";
import { SessionHandle, type Visit } from "../session/session-state.ts";
import { loadSession } from "./load.ts";

/**
 * A session that nobody has asked for yet. `await` it to get the {@link Session}; until then it costs nothing: no
 * cookie is looked at, no key derived, no store asked.
 */
export class PendingSession<
    Data extends object = Record<string, unknown>,
    Flash extends object = Record<string, string>,
  >
  extends SessionHandle
  implements PromiseLike<Session<Data, Flash>>
{
  readonly #visit: Visit;
  #session: Promise<Session<Data, Flash>> | undefined;

  static {
    // In JavaScript nothing stops `pending.get("cart")`; "is not a function" would say nothing about why.
    // The first is the constructor.
    for (const name of Object.getOwnPropertyNames(Session.prototype).slice(1)) {
      const fail = () => {
        throw new SessionNotAwaitedError(`${name} needs the session: await pending (Hono: await c.var.session).`);
      };
      Object.defineProperty(PendingSession.prototype, name, { get: fail, set: fail });
    }
  }

  /** @internal */
  constructor(context: ManagerContext, request: Request) {
    const visit: Visit = { context, request };
    super(visit);
    this.#visit = visit;
  }

  /**
   * Loads the session, once however often it is called. Rejects with `STORE_FAILED` when the store does, and with
   * `SESSION_COMMITTED` when nobody awaited it before the response was committed.
   */
  then<Fulfilled = Session<Data, Flash>, Rejected = never>(
    onFulfilled?: ((session: Session<Data, Flash>) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    this.#session ??= this.#load();
    return this.#session.then(onFulfilled, onRejected);
  }

  async #load(): Promise<Session<Data, Flash>> {
    if (this.#visit.isCommitted) {
      // Its response has left without Vary: Cookie, so a cache could already be keeping it for everybody.
      throw new SessionCommittedError("Await the session before the response is returned.");
    }
    this.#visit.loading = loadSession(this.#visit);
    const session = new Session<Data, Flash>(await this.#visit.loading);
    await this.#visit.prepare?.(session);
    return session;
  }
}
