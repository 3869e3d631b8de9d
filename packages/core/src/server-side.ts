import { assertOption, IdCollisionError, SessionError, SessionTooLargeError, StoreFailedError } from "./errors.ts";
import type { Keeper, Kept, SessionMode } from "./keeper.ts";
import type { Secrets } from "./key-ring.ts";
import { ID_LENGTH, isSessionId, newSessionId, toStoreKey } from "./session-id.ts";
import { MAX_COOKIE_BYTES } from "./session-size.ts";
import type { SessionStore, SubjectIndex } from "./store.ts";
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

type IndexedStore = SessionStore & Partial<SubjectIndex>;
type Operations = Omit<SessionStore & SubjectIndex, "traits">;

/** Fresh ids to try before a store that calls all of them taken is called broken. */
const MAX_CREATE_ATTEMPTS = 3;

/**
 * Keeps sessions in a store; the cookie holds a random id of 256 bits and nothing else.
 *
 * @throws `INVALID_OPTION` or `WEAK_SECRET`
 */
export function serverSide(store: SessionStore, options: ServerSideOptions = {}): SessionMode {
  const { timeout = 10 } = options;
  assertOption(
    typeof store?.load === "function",
    "serverSide: the first argument must be a store: serverSide(memoryStore())",
  );
  // setTimeout fires at once when it is asked for more than 24 days.
  assertOption(timeout > 0 && timeout <= 86_400, "serverSide: timeout must be seconds above 0, a day at most");
  const signerFor = "secrets" in options ? ticketSigner(options.secrets) : () => unsigned;
  return {
    name: "server",
    keeper: ({ cookie: { name } }) => {
      const signer = signerFor(name);
      if (name.length + ID_LENGTH + signer.overhead > MAX_COOKIE_BYTES) {
        throw new SessionTooLargeError("cookie.name is too long.");
      }
      return storeKeeper(store, timeout, signer, name);
    },
  };
}

function storeKeeper(store: IndexedStore, timeout: number, signer: TicketSigner, cookieName: string): Keeper {
  /** One store operation, with its failures made typed and its silence made a failure. */
  async function ask<Name extends keyof Operations>(
    operation: Name,
    ...args: Parameters<Operations[Name]>
  ): Promise<Awaited<ReturnType<Operations[Name]>>> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeout} s`)), timeout * 1000);
    });
    try {
      const answer = await Promise.race([Reflect.apply(store[operation] as Operations[Name], store, args), silence]);
      // Taken for success, an answer such as undefined would lose a write, or a login.
      if (/update|delete$/.test(operation) && !["ok", "conflict", "gone"].includes(answer as string)) {
        throw new Error("it must answer ok, conflict or gone");
      }
      return answer;
    } catch (cause) {
      if (cause instanceof SessionError) throw cause;
      throw new StoreFailedError(`The session store failed (${operation}): see cause.`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  async function find(known: Pick<Kept, "id" | "ticket" | "isStale">): Promise<Kept | undefined> {
    const session = await ask("load", known.id);
    // A copy: a store that hands out what it keeps would change the version under the comparison.
    return session ? { ...known, session: { ...session }, content: parseJson(session.data) } : undefined;
  }

  return {
    isCookieOnly: false,
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
        if (await ask("create", id, session)) return { id, ticket, isStale: false, session, content: undefined };
      }
      throw new IdCollisionError("The store takes no fresh id: check its create().");
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

/** `undefined` for what is no JSON, a half-written row say: the lifecycle rejects it as unreadable. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
