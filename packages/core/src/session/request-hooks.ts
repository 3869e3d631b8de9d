import type { AnySession } from "./any-session.ts";

/**
 * How a package takes part in the session of one request. Each hook is optional and is awaited. Set them with
 * `setRequestHooks` before the session is awaited.
 */
export interface RequestHooks {
  /** The session was loaded, and the handler has not seen it yet. An exception rejects the handler's `await`. */
  onLoad?(session: AnySession): Promise<void>;
  /**
   * The session was written, and its cookies have not left yet. An exception fails the request: no cookie leaves, and a
   * session with a new id is ended. Called also when a write failed after `destroy`, so that a logout is never half done.
   */
  onCommit?(outcome: CommitOutcome): Promise<void> | void;
}

/** What the commit did. */
export interface CommitOutcome {
  /** Whether the session is stored now. Not so when there was nothing to store, or when the write was dropped. */
  readonly isStored: boolean;
  /** Whether the request ended a session. A new session may have followed, which `isStored` refers to. */
  readonly isDestroyed: boolean;
  /** Whether the session is stored under an id that it was not loaded with: it was created, regenerated or bound. */
  readonly hasNewId: boolean;
  /** Whether the response can set cookies. Otherwise additions to `cookies` are lost. */
  readonly canSetCookies: boolean;
  /** The `Set-Cookie` values of the response by cookie name. Hooks may add to it. */
  readonly cookies: Map<string, string>;
}
