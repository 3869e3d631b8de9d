import type { ResolvedCookie } from "./cookie-options.ts";
import type { RejectReason } from "./events.ts";
import type { StoredSession, SubjectSession } from "./store.ts";
import type { Chunking } from "./ticket-cookies.ts";

/**
 * How a session is kept between requests: `serverSide(store)`, `signedCookie(options)` or `encryptedCookie(options)`.
 * A mode is configuration; each manager makes its own keeper from it.
 */
export interface SessionMode {
  readonly name: "server" | "signed" | "encrypted";
  /** @internal */
  readonly keeper: (context: KeeperContext) => Keeper;
}

/** What a mode is told by the manager it serves. */
export interface KeeperContext {
  readonly cookie: ResolvedCookie;
  readonly now: () => number;
}

/** A session as it was kept, with the cookie value (the ticket) that stands for it. */
export interface Kept {
  /** Public: see `Session.id`. */
  readonly id: string;
  readonly ticket: string;
  /** The ticket was made with an older secret; it is due for another one. */
  readonly isStale: boolean;
  readonly session: Omit<StoredSession, "data">;
  /** `StoredSession.data`, parsed. */
  readonly content: unknown;
}

/** The seam between the lifecycle and the modes: the same five operations, on a store or on nothing but the cookie. */
export interface Keeper {
  /** The cookie is all there is: each change needs a new one, and nothing can be compared, ended or found here. */
  readonly isCookieOnly: boolean;
  /** Where a ticket may be spread over several cookies. */
  readonly chunking?: Chunking | undefined;
  load(ticket: string): Promise<Kept | RejectReason>;
  /** What is kept now under a ticket that was loaded before. */
  reload(kept: Kept): Promise<Kept | "gone">;
  create(session: StoredSession): Promise<Kept>;
  update(kept: Kept, session: StoredSession): Promise<Kept | "conflict" | "gone">;
  /** Extends the session to `session.expiresAt`. */
  touch(kept: Kept, session: StoredSession): Promise<Kept | "gone">;
  /** A new ticket for the same session, made with the first secret. */
  reissue(kept: Kept, session: StoredSession): Promise<Kept>;
  delete(kept: Kept, onlyThisVersion: boolean): Promise<"ok" | "conflict" | "gone">;
  /** Access without a ticket, where there is a store. */
  readonly registry?: Registry;
}

/** Finds and ends sessions by what is public about them. */
export interface Registry {
  list(subject: string): Promise<readonly SubjectSession[]>;
  revoke(id: string): Promise<boolean>;
  revokeAll(subject: string, except?: string): Promise<number>;
}
