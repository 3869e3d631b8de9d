import { IdCollisionError, InvalidOptionError, SessionError, StoreFailedError } from "./errors.ts";
import type { Keeper, Kept, SessionMode } from "./keeper.ts";
import type { Secrets } from "./key-ring.ts";
import { ID_LENGTH, isSessionId, newSessionId, toStoreKey } from "./session-id.ts";
import type { SessionStore, StoredSession, SubjectIndex } from "./store.ts";
import { type TicketSigner, ticketSigner } from "./ticket-signer.ts";

/** Options of {@link serverSide}. */
export interface ServerSideOptions {
  /**
   * Signs the ids as well, so that a forged one is refused before the store is asked. The first secret signs, all
   * verify. Ids hold 256 random bits either way; this spares the store, it does not make an id harder to guess.
   */
  readonly secrets?: Secrets;
  /** Seconds a store may take for one operation before the request fails with `STORE_FAILED`. @default 10 */
  readonly timeout?: number;
}

type IndexedStore = SessionStore & Partial<SubjectIndex>;

/** Fresh ids to try before a store that calls all of them taken is called broken. */
const MAX_CREATE_ATTEMPTS = 3;

/**
 * Keeps sessions in a store; the cookie holds a random id of 256 bits and nothing else.
 *
 * @throws `INVALID_OPTION` or `WEAK_SECRET`
 */
export function serverSide(store: SessionStore, options: ServerSideOptions = {}): SessionMode {
  const { secrets, timeout = 10 } = options;
  if (typeof store?.load !== "function") {
    throw new InvalidOptionError("serverSide: the first argument must be a store: serverSide(memoryStore()).");
  }
  if (!(timeout > 0)) throw new InvalidOptionError("serverSide: timeout must be a number of seconds above 0.");
  const signing = "secrets" in options ? ticketSigner(secrets as Secrets) : undefined;
  return {
    name: "server",
    keeper: ({ cookie }) => {
      const signer = signing?.(cookie.name);
      cookie.assertFits(ID_LENGTH + (signer?.overhead ?? 0));
      return storeKeeper(store, timeout, signer);
    },
  };
}

function storeKeeper(store: IndexedStore, timeout: number, signer: TicketSigner | undefined): Keeper {
  /** One store operation, with its failures made typed and its silence made a failure. */
  async function ask<Result>(operation: string, call: () => Promise<Result>): Promise<Result> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeout} s`)), timeout * 1000);
    });
    try {
      return await Promise.race([call(), silence]);
    } catch (cause) {
      if (cause instanceof SessionError) throw cause;
      throw new StoreFailedError(`The session store failed (${operation}): see cause.`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  async function find(id: string, ticket: string, isStale: boolean): Promise<Kept | undefined> {
    const session = await ask("load", () => store.load(id));
    return session === null ? undefined : { id, ticket, isStale, session, content: parseJson(session.data) };
  }

  const toTicket = async (sessionId: string) => (signer === undefined ? sessionId : signer.sign(sessionId));

  /** What is kept after a write, with a ticket by the first secret. */
  async function renew(kept: Kept, session: Omit<StoredSession, "data">): Promise<Kept> {
    const ticket = kept.isStale ? await toTicket(kept.ticket.slice(0, ID_LENGTH)) : kept.ticket;
    return { ...kept, ticket, session, isStale: false };
  }

  const { listBySubject, deleteBySubject } = store;
  return {
    isCookieOnly: false,

    async load(ticket) {
      const opened = signer === undefined ? { id: ticket, isStale: false } : await signer.verify(ticket);
      if (typeof opened === "string") return opened;
      if (!isSessionId(opened.id)) return "malformed";
      return (await find(await toStoreKey(opened.id), ticket, opened.isStale)) ?? "not-found";
    },

    reload: ({ id, ticket, isStale }) => find(id, ticket, isStale),

    async create(session) {
      for (let attempt = 0; attempt < MAX_CREATE_ATTEMPTS; attempt++) {
        const sessionId = newSessionId();
        const id = await toStoreKey(sessionId);
        const ticket = await toTicket(sessionId);
        const isCreated = await ask("create", () => store.create(id, session));
        if (isCreated) return { id, ticket, isStale: false, session, content: undefined };
      }
      throw new IdCollisionError("The store says of fresh random ids that they exist: check its create().");
    },

    async update(kept, session) {
      const result = await ask("update", () => store.update(kept.id, session, kept.session.version));
      return result === "ok" ? renew(kept, session) : result;
    },

    async touch(kept, { expiresAt }) {
      const isThere =
        expiresAt <= kept.session.expiresAt || (await ask("touch", () => store.touch(kept.id, expiresAt)));
      return isThere ? renew(kept, { ...kept.session, expiresAt }) : "gone";
    },

    delete: (kept, onlyThisVersion) =>
      ask("delete", () => store.delete(kept.id, onlyThisVersion ? kept.session.version : undefined)),

    revoke: async (id) => isSessionId(id) && (await ask("delete", () => store.delete(id))) === "ok",
    list: listBySubject && ((subject) => ask("listBySubject", () => listBySubject.call(store, subject))),
    revokeAll:
      deleteBySubject &&
      ((subject, except) => ask("deleteBySubject", () => deleteBySubject.call(store, subject, except))),
  };
}

/** `undefined` for what is no JSON, a half-written row say: the lifecycle rejects it as unreadable. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
