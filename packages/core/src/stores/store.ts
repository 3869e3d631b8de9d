/**
 * The contract between coatcheck and a store. This file is all one needs in order to write a store; the conformance suite
 * in `@coatcheck/testing` verifies the result.
 *
 * A store moves opaque strings. It never parses `data`, never sees a session id (keys are SHA-256 hashes), and never
 * decides whether a session is still valid. It only has to report truthfully what was there when it wrote.
 */

/** A session as a store holds it. All instants are epoch milliseconds. */
export interface StoredSession {
  /** JSON that only coatcheck reads. Must be returned byte for byte. */
  readonly data: string;
  /** 1 after `create`, and one more after each `update`. `touch` leaves it alone, so that readers never conflict with writers. */
  readonly version: number;
  readonly createdAt: number;
  /** When the session ends unless it is used before. The store may remove it afterwards. */
  readonly expiresAt: number;
  /** Whose session this is: what a {@link SubjectIndex} indexes. Never changes under one key. */
  readonly subject?: string;
  /** When the subject last proved their identity. */
  readonly authenticatedAt?: number;
}

/** What a store guarantees. Data rather than code, because documentation and the conformance suite read it too. */
export interface StoreTraits {
  /** Whether `create`, `update` and `delete` compare and write in one step. Without it parallel writers lose updates. */
  readonly atomic: boolean;
  /** `"eventual"`: a read may return an earlier state, and so a logout takes effect only after a while. */
  readonly consistency: "strong" | "eventual";
  /** The shortest time to live that the engine accepts, in seconds. */
  readonly minTtl?: number;
}

/** Stores sessions by key. Every method rejects when the engine fails; none swallows an error. */
export interface SessionStore {
  readonly traits: StoreTraits;

  /** The session under `key`, or `null`. May return an expired session: the caller checks. */
  load(key: string): Promise<StoredSession | null>;

  /** Adds a session. Resolves to `false`, and changes nothing, when the key exists. */
  create(key: string, session: StoredSession): Promise<boolean>;

  /**
   * Replaces a session that is at `expectedVersion`. Afterwards it is at `expectedVersion + 1`, which `session` contains
   * already. `"conflict"`: it is at another version. `"gone"`: it does not exist. Must never create a session: otherwise
   * a request that was running during a logout would undo the logout.
   */
  update(key: string, session: StoredSession, expectedVersion: number): Promise<"ok" | "conflict" | "gone">;

  /** Moves `expiresAt` later, never earlier, and changes nothing else. Resolves to `false` when the session does not exist. */
  touch(key: string, expiresAt: number): Promise<boolean>;

  /**
   * Ends a session. With a version, only while it is at that version. Without one, in any case:
   * `"ok"` when there was a session, `"gone"` when there was none.
   */
  delete(key: string, expectedVersion?: number): Promise<"ok" | "conflict" | "gone">;
}

/** One session of a subject. */
export interface SubjectSession {
  readonly key: string;
  readonly session: StoredSession;
}

/** A store that finds the sessions of a subject. Optional. */
export interface SubjectIndex {
  /** The sessions of a subject, in any order. Expired ones may be among them. */
  listBySubject(subject: string): Promise<readonly SubjectSession[]>;

  /** Ends all sessions of a subject except the one under the key `except`. Resolves to how many it ended. */
  deleteBySubject(subject: string, except?: string): Promise<number>;
}

/** A store whose engine does not remove expired sessions by itself. Optional. */
export interface Sweeper {
  /** Removes the sessions that expired at or before `now`. Resolves to how many it removed. */
  sweep(now: number): Promise<number>;
}
