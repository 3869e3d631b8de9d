import { SessionCommittedError, SessionNotAwaitedError } from "./errors.ts";
import { loadSession } from "./load.ts";
import type { ManagerContext } from "./options.ts";
import { Session, stateOf } from "./session.ts";

/** The lifecycle's access to a pending session: whose it is, and its session once somebody awaited it. */
export let peek: <Data extends object, Flash extends object>(
  pending: PendingSession<Data, Flash>,
) => Peeked<Data, Flash>;

interface Peeked<Data extends object, Flash extends object> {
  readonly context: ManagerContext;
  readonly loading: Promise<Session<Data, Flash>> | undefined;
  /** From now on an await comes too late. */
  close(): void;
}

/**
 * A session that nobody has asked for yet. `await` it to get the {@link Session}; until then it costs nothing: no
 * cookie is looked at, no key derived, no store asked.
 */
export class PendingSession<
  Data extends object = Record<string, unknown>,
  Flash extends object = Record<string, string>,
> implements PromiseLike<Session<Data, Flash>>
{
  readonly #context: ManagerContext;
  readonly #request: Request;
  #loading: Promise<Session<Data, Flash>> | undefined;
  #isClosed = false;

  static {
    peek = (pending) => ({
      context: pending.#context,
      loading: pending.#loading,
      close: () => {
        pending.#isClosed = true;
      },
    });
    // In JavaScript nothing stops `pending.get("cart")`; "is not a function" would say nothing about why.
    for (const name of Object.getOwnPropertyNames(Session.prototype)) {
      if (name === "constructor") continue;
      const fail = () => {
        throw new SessionNotAwaitedError(
          `${name} was used on a session that was not awaited: const session = await pending (Hono: await c.var.session).`,
        );
      };
      Object.defineProperty(PendingSession.prototype, name, { get: fail, set: fail });
    }
  }

  /** @internal */
  constructor(context: ManagerContext, request: Request) {
    this.#context = context;
    this.#request = request;
  }

  /**
   * Loads the session, once however often it is called. Rejects with `STORE_FAILED` when the store does, and with
   * `SESSION_COMMITTED` when nobody awaited it before the response was committed.
   */
  then<Fulfilled = Session<Data, Flash>, Rejected = never>(
    onFulfilled?: ((session: Session<Data, Flash>) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    this.#loading ??= this.#isClosed ? Promise.reject(tooLate()) : this.#load();
    return this.#loading.then(onFulfilled, onRejected);
  }

  async #load(): Promise<Session<Data, Flash>> {
    const session = await loadSession<Data, Flash>(this.#context, this.#request);
    if (this.#isClosed) stateOf(session).isCommitted = true;
    return session;
  }
}

function tooLate(): SessionCommittedError {
  // Its response has left without Vary: Cookie, so a cache could already be keeping it for everybody.
  return new SessionCommittedError(
    "The session was first awaited after its response was committed. Await it before that.",
  );
}
