/** Every value that `code` of a {@link SessionError} can have. Branch on the code, never on a message. */
export type SessionErrorCode =
  | "INVALID_OPTION"
  | "WEAK_SECRET"
  | "NOT_SERIALIZABLE"
  | "SESSION_TOO_LARGE"
  | "SESSION_NOT_AWAITED"
  | "SESSION_COMMITTED"
  | "SESSION_FOREIGN"
  | "SESSION_CONFLICT"
  | "STORE_FAILED"
  | "STORE_FULL"
  | "NOT_MIGRATED"
  | "ID_COLLISION"
  | "UNSUPPORTED"
  | "TOO_MANY_SESSIONS"
  | "NO_RESPONSE";

/**
 * Base class of all errors of coatcheck. No message contains a session id, a secret or session data
 * (OWASP Session Management Cheat Sheet, "Logging Sessions Life Cycle").
 */
export abstract class SessionError extends Error {
  override readonly name: string = "SessionError";
  /** Identifies the failure. */
  abstract readonly code: SessionErrorCode;
}

/** An invalid option or argument. Options are checked at construction. */
export class InvalidOptionError extends SessionError {
  readonly code = "INVALID_OPTION";
}

/** @throws `INVALID_OPTION` with `rule` as its message when the condition is false */
export function assertOption(condition: unknown, rule: string): asserts condition {
  if (!condition) throw new InvalidOptionError(`${rule}.`);
}

/** A secret that can be guessed. Thrown at construction. */
export class WeakSecretError extends SessionError {
  readonly code = "WEAK_SECRET";
}

/** A value that does not survive JSON. The message names its path in the session. */
export class NotSerializableError extends SessionError {
  readonly code = "NOT_SERIALIZABLE";
}

/** The session is larger than its cookie, or than the limit of server-side data. Nothing was written. */
export class SessionTooLargeError extends SessionError {
  readonly code = "SESSION_TOO_LARGE";
}

/** A pending session was used without `await`. */
export class SessionNotAwaitedError extends SessionError {
  readonly code = "SESSION_NOT_AWAITED";
}

/** The session was changed after its commit, too late for the change to be stored. */
export class SessionCommittedError extends SessionError {
  readonly code = "SESSION_COMMITTED";
}

/** The session was opened by another manager. */
export class SessionForeignError extends SessionError {
  readonly code = "SESSION_FOREIGN";
}

/** Other requests changed the session during every attempt to write it. Nothing of this request was stored. */
export class SessionConflictError extends SessionError {
  readonly code = "SESSION_CONFLICT";
}

/** The store threw (see `cause`), or did not answer in time. */
export class StoreFailedError extends SessionError {
  readonly code = "STORE_FAILED";
}

/** The store holds as many live sessions as it is allowed to. */
export class StoreFullError extends SessionError {
  readonly code = "STORE_FULL";
}

/** The store's table does not exist yet. The message says how to create it; `cause` is the engine's error. */
export class NotMigratedError extends SessionError {
  readonly code = "NOT_MIGRATED";
}

/** The store reports that new random ids exist already: its `create`, or the random source, is broken. */
export class IdCollisionError extends SessionError {
  readonly code = "ID_COLLISION";
}

/** This mode or store cannot do what was asked for. */
export class UnsupportedError extends SessionError {
  readonly code = "UNSUPPORTED";
}

/** A handler returned something other than a `Response`. */
export class NoResponseError extends SessionError {
  readonly code = "NO_RESPONSE";
}
