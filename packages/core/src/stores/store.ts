/**
 * The contract between coatcheck and a place that keeps sessions. This file is all one needs to write a store; the
 * conformance suite in `@coatcheck/testing` proves that it was read well.
 *
 * A store moves opaque strings: it never parses `data`, never sees a session id (keys are SHA-256 hashes), and never
 * decides whether a session is still valid. It only has to be honest about what was there when it wrote.
 */

/** A session as a store keeps it. All instants are epoch milliseconds. */
export interface StoredSession {
  /** The content, JSON that only coatcheck reads. Must come back byte for byte. */
  readonly data: string;
  /** 1 when created, one more with each update; `touch` leaves it alone, so that reading never conflicts with writing. */
  readonly version: number;
  readonly createdAt: number;
  /** When the session ends unless it is used before. Ends it for the store too: the row may be dropped afterwards. */
  readonly expiresAt: number;
  /** Whose session this is; what a {@link SubjectIndex} indexes. Never changes under one key. */
  readonly subject?: string;
  /** When the subject last proved who they are. */
  readonly authenticatedAt?: number;
}

/** What a store can promise. Data, not code: the documentation and the conformance suite read it too. */
export interface StoreTraits {
  /** Whether `create`, `update` and `delete` compare and write in one step. Without it parallel writers lose updates. */
  readonly atomic: boolean;
  /** `"eventual"`: a read may answer with what was there a while ago, so a logout takes as long to be seen. */
  readonly consistency: "strong" | "eventual";
  /** The shortest time to live the engine accepts, in seconds. */
  readonly minTtl?: number;
}

/** Keeps sessions by key. Every method rejects when the engine fails; none of them swallows. */
export interface SessionStore {
  readonly traits: StoreTraits;

  /** The session under `key`, or `null`. An expired one may be returned: the caller checks. */
  load(key: string): Promise<StoredSession | null>;

  /** Adds a session. `false`, and nothing changed, when the key exists. */
  create(key: string, session: StoredSession): Promise<boolean>;

  /**
   * Replaces a session that is still at `expectedVersion`; afterwards it is at `expectedVersion + 1`, which `session`
   * already says. `"conflict"`: it is at another version. `"gone"`: there is none. It must never create one, or a
   * request that was under way during a logout would undo it.
   */
  update(key: string, session: StoredSession, expectedVersion: number): Promise<"ok" | "conflict" | "gone">;

  /** Moves `expiresAt` later, never earlier, and nothing else. `false`: there is no such session. */
  touch(key: string, expiresAt: number): Promise<boolean>;

  /**
   * Ends a session. With a version, only while it is at that version. Without one, whatever is there:
   * `"ok"` when there was one, `"gone"` when there was none, and both leave none behind.
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
  /** The sessions of a subject, in no particular order. Expired ones may be among them. */
  listBySubject(subject: string): Promise<readonly SubjectSession[]>;

  /** Ends all sessions of a subject but the one under `except`; resolves to how many there were. */
  deleteBySubject(subject: string, except?: string): Promise<number>;
}

/** A store whose engine does not drop expired sessions by itself. Optional. */
export interface Sweeper {
  /** Removes what expired at or before `now`; resolves to how many there were. */
  sweep(now: number): Promise<number>;
}
