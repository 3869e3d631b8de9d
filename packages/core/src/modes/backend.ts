import type { CookieCache } from "../cookies/cookie-cache.ts";
import type { ResolvedCookie } from "../cookies/cookie-options.ts";
import type { RejectReason } from "../events.ts";
import type { StoredSession, SubjectSession } from "../stores/store.ts";

/**
 * How a session is kept between requests: `serverSide(store)`, `signedCookie(options)` or `encryptedCookie(options)`.
 * A mode is configuration; each manager makes its own backend from it.
 */
export interface SessionMode {
  readonly name: "server" | "signed" | "encrypted";
  /** @internal */
  readonly backend: (context: BackendContext) => SessionBackend;
}

/** What a mode is told by the manager it serves. */
export interface BackendContext {
  readonly cookie: ResolvedCookie;
  /** Of cookies that are good with the newest secret, and stand for a session: what was verified, and what was just made. */
  readonly seen: CookieCache;
  readonly now: () => number;
  /** The idle timeout, milliseconds. */
  readonly idle: number;
}

/** A session as it was kept, with the ticket that stands for it. */
export interface LoadedSession {
  /** Public: see `Session.id`. */
  readonly id: string;
  /** The values of the cookies that make up the ticket, in the order of {@link SessionBackend.cookieNames}. */
  readonly ticket: readonly string[];
  /** The browser holds a ticket made with an older secret. */
  readonly isStale: boolean;
  readonly session: Omit<StoredSession, "data">;
  /** `StoredSession.data`, parsed, where it was read. */
  readonly content?: unknown;
  /** See `Revocations.epochOf`. */
  readonly epoch?: number | undefined;
}

/** The seam between the lifecycle and the modes: the same operations, on a store or on nothing but the cookie. */
export interface SessionBackend {
  /** The cookie is all there is: each change needs a new one, and nothing can be compared, ended or found here. */
  readonly isCookieOnly?: true;
  /** Every cookie a ticket may be spread over, the first one always. */
  readonly cookieNames: readonly string[];
  /** @param ticket - what the browser sent under each of the names */
  load(ticket: readonly (string | undefined)[]): Promise<LoadedSession | RejectReason>;
  /** What is kept now of a session that was loaded before; `undefined` when it ended. */
  reload(kept: LoadedSession): Promise<LoadedSession | undefined>;
  /** @throws `SESSION_TOO_LARGE` before anything is written, as does every other operation that makes a ticket */
  create(session: StoredSession): Promise<LoadedSession>;
  update(kept: LoadedSession, session: StoredSession): Promise<LoadedSession | "conflict" | "gone">;
  /** Extends the session to `session.expiresAt`. */
  touch(kept: LoadedSession, session: StoredSession): Promise<LoadedSession | "gone">;
  /** @param successor - the session that takes its place */
  delete(kept: LoadedSession, onlyThisVersion: boolean, successor?: LoadedSession): Promise<"ok" | "conflict" | "gone">;
  // Access without a ticket, where there is a store, and where it has a subject index.
  readonly revoke?: ((id: string) => Promise<boolean>) | undefined;
  readonly list?: ((subject: string) => Promise<readonly SubjectSession[]>) | undefined;
  readonly revokeAll?: ((subject: string, except?: string) => Promise<number | undefined>) | undefined;
}
