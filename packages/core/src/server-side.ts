import { type AskStore, askStore, type IndexedStore } from "./ask-store.ts";
import { IdCollisionError, SessionTooLargeError } from "./errors.ts";
import { parseJson } from "./json.ts";
import type { Keeper, Kept, SessionMode } from "./keeper.ts";
import type { Secrets } from "./key-ring.ts";
import { ID_LENGTH, isSessionId, newSessionId, toStoreKey } from "./session-id.ts";
import { MAX_COOKIE_BYTES } from "./session-size.ts";
import type { SessionStore } from "./store.ts";
import { type TicketSigner, ticketSigner, unsigned } from "./ticket-signer.ts";

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

/** Fresh ids to try before a store that calls all of them taken is called broken. */
const MAX_CREATE_ATTEMPTS = 3;

/**
 * Keeps sessions in a store; the cookie holds a random id of 256 bits and nothing else.
 *
 * @throws `INVALID_OPTION` or `WEAK_SECRET`
 */
export function serverSide(store: SessionStore, options: ServerSideOptions = {}): SessionMode {
  const { timeout = 10 } = options;
  const ask = askStore(store, "serverSide", timeout);
  const signerFor = "secrets" in options ? ticketSigner(options.secrets) : () => unsigned;
  return {
    name: "server",
    keeper: ({ cookie: { name } }) => {
      const signer = signerFor(name);
      if (name.length + ID_LENGTH + signer.overhead > MAX_COOKIE_BYTES) {
        throw new SessionTooLargeError("cookie.name is too long.");
      }
      return storeKeeper(store, ask, signer, name);
    },
  };
}

function storeKeeper(store: IndexedStore, ask: AskStore, signer: TicketSigner, cookieName: string): Keeper {
  async function find(known: Pick<Kept, "id" | "ticket" | "isStale">): Promise<Kept | undefined> {
    const session = await ask("load", known.id);
    // A copy: a store that hands out what it keeps would change the version under the comparison.
    return session ? { ...known, session: { ...session }, content: parseJson(session.data) } : undefined;
  }

  return {
    cookieNames: [cookieName],

    async load([ticket = ""]) {
      const sessionId = ticket.slice(0, ID_LENGTH);
      if (!isSessionId(sessionId)) return "malformed";
      const isStale = await signer.isStale(sessionId, ticket.slice(ID_LENGTH));
      if (typeof isStale === "string") return isStale;
      const fresh = isStale ? await signer.sign(sessionId) : ticket;
      return (await find({ id: await toStoreKey(sessionId), ticket: [fresh], isStale })) ?? "not-found";
    },

    reload: find,

    async create(session) {
      for (let attempt = 0; attempt < MAX_CREATE_ATTEMPTS; attempt++) {
        const sessionId = newSessionId();
        const id = await toStoreKey(sessionId);
        const ticket = [await signer.sign(sessionId)];
        if (await ask("create", id, session)) return { id, ticket, isStale: false, session };
      }
      throw new IdCollisionError("The store takes no new id: check its create().");
    },

    async update(kept, session) {
      const result = await ask("update", kept.id, session, kept.session.version);
      return result === "ok" ? { ...kept, session } : result;
    },

    touch: async (kept, session) => ((await ask("touch", kept.id, session.expiresAt)) ? { ...kept, session } : "gone"),

    delete: (kept, onlyThisVersion) => ask("delete", kept.id, onlyThisVersion ? kept.session.version : undefined),

    revoke: async (id) => isSessionId(id) && (await ask("delete", id)) === "ok",
    list: store.listBySubject && ((subject) => ask("listBySubject", subject)),
    revokeAll: store.deleteBySubject && ((subject, except) => ask("deleteBySubject", subject, except)),
  };
}
