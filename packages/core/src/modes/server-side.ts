import { MAX_COOKIE_BYTES } from "../cookies/session-size.ts";
import type { Secrets } from "../crypto/key-ring.ts";
import { parseSecrets } from "../crypto/secrets.ts";
import { ID_LENGTH, isToken, newToken, sha256 } from "../crypto/session-id.ts";
import { IdCollisionError, SessionTooLargeError } from "../errors.ts";
import { parseJson } from "../lib/json.ts";
import { type AskStore, askStore, type IndexedStore } from "../stores/guarded-store.ts";
import type { SessionStore } from "../stores/store.ts";
import type { BackendContext, LoadedSession, SessionBackend, SessionMode } from "./backend.ts";
import { type IdSigner, idSigner } from "./id-signer.ts";

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

/**
 * Keeps sessions in a store; the cookie holds a random id of 256 bits and nothing else.
 *
 * @throws `INVALID_OPTION` or `WEAK_SECRET`
 */
export function serverSide(store: SessionStore, options: ServerSideOptions = {}): SessionMode {
  const { timeout = 10 } = options;
  const ask = askStore(store, "serverSide", timeout);
  const secrets = "secrets" in options ? parseSecrets(options.secrets) : [];
  return {
    name: "server",
    backend: (context) => storeBackend(store, ask, idSigner(secrets, context.cookie.name), context),
  };
}

function storeBackend(
  store: IndexedStore,
  ask: AskStore,
  signer: IdSigner,
  { cookie, seen }: BackendContext,
): SessionBackend {
  async function find(known: Pick<LoadedSession, "id" | "ticket" | "isStale">): Promise<LoadedSession | undefined> {
    const session = await ask("load", known.id);
    // A copy: a store that hands out what it keeps would change the version under the comparison.
    return session ? { ...known, session: { ...session }, content: parseJson(session.data) } : undefined;
  }

  return {
    cookieNames: [cookie.name],

    async load([ticket = ""]) {
      const sessionId = ticket.slice(0, ID_LENGTH);
      if (!isToken(sessionId)) return "malformed";
      const known = seen.get(ticket);
      const isStale = !known && (await signer.isStale(sessionId, ticket.slice(ID_LENGTH)));
      if (typeof isStale === "string") return isStale;
      const fresh = isStale ? await signer.sign(sessionId) : ticket;
      const kept = await find({ id: known ?? (await sha256(sessionId)), ticket: [fresh], isStale });
      if (!kept) return "not-found";
      // Not before: whoever sends ids that nobody was given must not push out the others.
      seen.set(fresh, kept.id);
      return kept;
    },

    reload: find,

    async create(session) {
      /** Fresh ids to try before a store that calls all of them taken is called broken. */
      const maxAttempts = 3;
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const sessionId = newToken();
        const id = await sha256(sessionId);
        const ticket = await signer.sign(sessionId);
        if ((cookie.name + ticket).length > MAX_COOKIE_BYTES)
          throw new SessionTooLargeError("cookie.name is too long.");
        // The browser is about to come back with it.
        seen.set(ticket, id);
        if (await ask("create", id, session)) return { id, ticket: [ticket], isStale: false, session };
      }
      throw new IdCollisionError("The store takes no new id.");
    },

    async update(kept, session) {
      const result = await ask("update", kept.id, session, kept.session.version);
      return result === "ok" ? { ...kept, session } : result;
    },

    touch: async (kept, session) => ((await ask("touch", kept.id, session.expiresAt)) ? { ...kept, session } : "gone"),

    delete: (kept, onlyThisVersion) => ask("delete", kept.id, onlyThisVersion ? kept.session.version : undefined),

    revoke: async (id) => isToken(id) && (await ask("delete", id)) === "ok",
    list: store.listBySubject && ((subject) => ask("listBySubject", subject)),
    revokeAll: store.deleteBySubject && ((subject, except) => ask("deleteBySubject", subject, except)),
  };
}
