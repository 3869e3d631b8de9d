import { MAX_COOKIE_BYTES } from "../cookies/session-size.ts";
import type { Secrets } from "../crypto/key-ring.ts";
import { parseSecrets } from "../crypto/secrets.ts";
import { isToken, newToken, sha256 } from "../crypto/session-id.ts";
import { IdCollisionError, SessionTooLargeError } from "../errors.ts";
import { parseJson } from "../lib/json.ts";
import { type GuardedStore, guardedStore } from "../stores/guarded-store.ts";
import type { SessionStore } from "../stores/store.ts";
import type { BackendContext, LoadedSession, SessionBackend, SessionMode } from "./backend.ts";
import { type IdSigner, idSigner } from "./id-signer.ts";

/** Options of {@link serverSide}. */
export interface ServerSideOptions {
  /**
   * Signs the ids, so that a forged id is rejected without a read from the store. The first secret signs, all of them are
   * accepted. Ids have 256 random bits with or without it: signing saves store operations and does not make ids harder
   * to guess.
   */
  readonly secrets?: Secrets;
  /** Seconds that one operation of the store may take before the request fails with `STORE_FAILED`. @default 10 */
  readonly timeout?: number;
}

/**
 * Keeps sessions in a store. The cookie contains nothing but a random id of 256 bits.
 *
 * @throws `INVALID_OPTION` or `WEAK_SECRET`
 */
export function serverSide(store: SessionStore, options: ServerSideOptions = {}): SessionMode {
  const guarded = guardedStore(store, { option: "serverSide: store", timeout: options.timeout });
  const secrets = "secrets" in options ? parseSecrets(options.secrets) : [];
  return {
    name: "server",
    backend: (context) => storeBackend(guarded, idSigner(secrets, context.cookie.name), context),
  };
}

/** How many new ids are tried before a store that reports all of them as taken is reported as broken. */
const MAX_ID_ATTEMPTS = 3;

function storeBackend(store: GuardedStore, signer: IdSigner, context: BackendContext): SessionBackend {
  const { cookie, cookieCache } = context;
  const { listBySubject, deleteBySubject } = store;

  async function find(known: Pick<LoadedSession, "id" | "cookieValues" | "needsReissue">) {
    const stored = await store.load(known.id);
    if (stored === null) return undefined;
    // A copy: a store that returns its own object would change the version that updates are compared with.
    return { ...known, session: { ...stored }, content: parseJson(stored.data) };
  }

  return {
    cookieNames: [cookie.name],

    async load([cookieValue = ""]) {
      const cachedKey = cookieCache.get(cookieValue);
      if (cachedKey !== undefined) {
        const known = await find({ id: cachedKey, cookieValues: [cookieValue], needsReissue: false });
        return known ?? "not-found";
      }
      const verified = await signer.verify(cookieValue);
      if (typeof verified === "string") return verified;
      const { sessionId, needsReissue } = verified;
      const newestValue = needsReissue ? await signer.sign(sessionId) : cookieValue;
      const loaded = await find({ id: await sha256(sessionId), cookieValues: [newestValue], needsReissue });
      if (loaded === undefined) return "not-found";
      // Only now: a client that invents ids must not push real sessions out of the cache.
      cookieCache.set(newestValue, loaded.id);
      return loaded;
    },

    reload: find,

    async create(session) {
      for (let attempt = 1; attempt <= MAX_ID_ATTEMPTS; attempt++) {
        const sessionId = newToken();
        const id = await sha256(sessionId);
        const cookieValue = await signer.sign(sessionId);
        if (cookie.name.length + cookieValue.length > MAX_COOKIE_BYTES) {
          throw new SessionTooLargeError("cookie.name is too long to leave room for a session id.");
        }
        // The browser is about to send it back.
        cookieCache.set(cookieValue, id);
        if (await store.create(id, session)) return { id, cookieValues: [cookieValue], needsReissue: false, session };
      }
      throw new IdCollisionError(`The store reported ${MAX_ID_ATTEMPTS} new random ids as taken: check its create().`);
    },

    async update(loaded, session) {
      const result = await store.update(loaded.id, session, loaded.session.version);
      return result === "ok" ? { ...loaded, session } : result;
    },

    touch: async (loaded, session) =>
      (await store.touch(loaded.id, session.expiresAt)) ? { ...loaded, session } : "gone",

    delete: (loaded, onlyThisVersion) => store.delete(loaded.id, onlyThisVersion ? loaded.session.version : undefined),

    revoke: async (id) => isToken(id) && (await store.delete(id)) === "ok",
    list: listBySubject,
    revokeAll: deleteBySubject,
  };
}
