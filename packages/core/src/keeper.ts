import type { ResolvedCookie } from "./cookie-options.ts";
import type { RejectReason } from "./events.ts";
import type { StoredSession, SubjectSession } from "./store.ts";

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
  /** The ticket was made with an older secret; the next write makes one with the first. */
  readonly isStale: boolean;
  readonly session: Omit<StoredSession, "data">;
  /** `StoredSession.data`, parsed. */
  readonly content: unknown;
}

/** The seam between the lifecycle and the modes: the same operations, on a store or on nothing but the cookie. */
export interface Keeper {
  /** The cookie is all there is: each change needs a new one, and nothing can be compared, ended or found here. */
  readonly isCookieOnly: boolean;
  readonly chunking?: Chunking | undefined;
  load(ticket: string): Promise<Kept | RejectReason>;
  /** What is kept now under a ticket that was loaded before; `undefined` when it ended. */
  reload(kept: Kept): Promise<Kept | undefined>;
  create(session: StoredSession): Promise<Kept>;
  update(kept: Kept, session: StoredSession): Promise<Kept | "conflict" | "gone">;
  /** Extends the session to `session.expiresAt`, and makes a new ticket of a stale one. */
  touch(kept: Kept, session: StoredSession): Promise<Kept | "gone">;
  delete(kept: Kept, onlyThisVersion: boolean): Promise<"ok" | "conflict" | "gone">;
  // Access without a ticket, where there is a store, and where it has a subject index.
  readonly revoke?: (id: string) => Promise<boolean>;
  readonly list?: ((subject: string) => Promise<readonly SubjectSession[]>) | undefined;
  readonly revokeAll?: ((subject: string, except?: string) => Promise<number>) | undefined;
}

/** How a ticket is spread over several cookies, where the mode allows that. */
export interface Chunking {
  /** All names that may be used, the cookie's own first. */
  readonly names: readonly string[];
  /** Puts together what {@link split} made; `undefined` when a part is missing. */
  join(head: string, others: readonly (string | undefined)[]): string | undefined;
  /** The parts by cookie name; `undefined` when they are too many. */
  split(ticket: string): ReadonlyMap<string, string> | undefined;
}
