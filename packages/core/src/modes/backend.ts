import type { CookieCache } from "../cookies/cookie-cache.ts";
import type { ResolvedCookie } from "../cookies/cookie-options.ts";
import type { RejectReason } from "../events.ts";
import type { StoredSession, SubjectSession } from "../stores/store.ts";

/**
 * Where sessions live between requests: `serverSide(store)`, `signedCookie(options)` or `encryptedCookie(options)`.
 * A mode is configuration. Each manager makes its own backend from it.
 */
export interface SessionMode {
  readonly name: "server" | "signed" | "encrypted";
  /** Called once by each manager. */
  readonly backend: (context: BackendContext) => SessionBackend;
}

/** What a manager gives to its mode. */
export interface BackendContext {
  readonly cookie: ResolvedCookie;
  /**
   * A cache for cookies that were verified with the newest secret and that belong to a session, whether received or
   * just issued.
   */
  readonly cookieCache: CookieCache;
  /** The clock, epoch milliseconds. */
  readonly now: () => number;
  /** The idle timeout, milliseconds. */
  readonly idle: number;
}

/** A session as the backend has stored it, with the cookie that belongs to it. */
export interface LoadedSession {
  /** `Session.id`: public, and safe to log. */
  readonly id: string;
  /** The values of its cookies, in the order of {@link SessionBackend.cookieNames}. */
  readonly cookieValues: readonly string[];
  /** The browser's cookie was made with an older secret, and has to be issued again. */
  readonly needsReissue: boolean;
  readonly session: Omit<StoredSession, "data">;
  /** `StoredSession.data`, parsed. `undefined` after a write. */
  readonly content?: unknown;
  /** In cookie modes with `revocations`: the state of the subject's revocations when the session began. */
  readonly epoch?: number | undefined;
}

/**
 * The interface between the lifecycle and the modes: the operations of a store, implemented over a store or over nothing
 * but a cookie.
 */
export interface SessionBackend {
  /** The session is in the cookie: every change needs a new cookie, and versions cannot be compared. */
  readonly isCookieOnly?: true;
  /** All cookies that a session may be spread over. There is always a first one. */
  readonly cookieNames: readonly string[];
  /** @param cookieValues - what the browser sent under each of the names */
  load(cookieValues: readonly (string | undefined)[]): Promise<LoadedSession | RejectReason>;
  /** The current state of a session that was loaded before, or `undefined` when it has ended. */
  reload(loaded: LoadedSession): Promise<LoadedSession | undefined>;
  /** @throws `SESSION_TOO_LARGE` before anything is written, as does every operation that makes a cookie */
  create(session: StoredSession): Promise<LoadedSession>;
  update(loaded: LoadedSession, session: StoredSession): Promise<LoadedSession | "conflict" | "gone">;
  /** Extends the session to `session.expiresAt`. */
  touch(loaded: LoadedSession, session: StoredSession): Promise<LoadedSession | "gone">;
  /**
   * @param onlyThisVersion - whether to compare versions first
   * @param successor - the session that replaces this one, when its id changes
   */
  delete(
    loaded: LoadedSession,
    onlyThisVersion: boolean,
    successor?: LoadedSession,
  ): Promise<"ok" | "conflict" | "gone">;
  /** Ends a session by its `Session.id`. Only where the server stores something. */
  readonly revoke?: ((id: string) => Promise<boolean>) | undefined;
  /** Only with a subject index. */
  readonly list?: ((subject: string) => Promise<readonly SubjectSession[]>) | undefined;
  /** Only with a subject index, or `revocations`. Resolves to `undefined` where sessions cannot be counted. */
  readonly revokeAll?: ((subject: string, except?: string) => Promise<number | undefined>) | undefined;
}
