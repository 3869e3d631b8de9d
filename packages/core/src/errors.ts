/** Every literal a {@link SessionError} can carry in `code`. Branch on it, never on a message. */
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
 * What every error of coatcheck extends. No message holds an id, a secret or session data
 * (OWASP Session Management Cheat Sheet, "Logging Sessions Life Cycle").
 */
export abstract class SessionError extends Error {
  override readonly name: string = "SessionError";
  /** Says which failure this is. */
  abstract readonly code: SessionErrorCode;
}

/** An option or argument that can be known to be wrong; options are checked at construction. */
export class InvalidOptionError extends SessionError {
  readonly code = "INVALID_OPTION";
}

/** @throws `INVALID_OPTION` with the rule that was broken */
export function assertOption(isRight: boolean, rule: string): void {
  if (!isRight) throw new InvalidOptionError(`${rule}.`);
}

/** A secret that can be guessed; thrown at construction. */
export class WeakSecretError extends SessionError {
  readonly code = "WEAK_SECRET";
}

/** A value that JSON cannot give back as it was; the message names the path inside the session. */
export class NotSerializableError extends SessionError {
  readonly code = "NOT_SERIALIZABLE";
}

/** The session outgrew its cookie, or the bound of server-side data. Thrown before anything is written. */
export class SessionTooLargeError extends SessionError {
  readonly code = "SESSION_TOO_LARGE";
}

/** A pending session was used as if it were the session. */
export class SessionNotAwaitedError extends SessionError {
  readonly code = "SESSION_NOT_AWAITED";
}

/** The session was changed after its commit, when the change could no longer be kept. */
export class SessionCommittedError extends SessionError {
  readonly code = "SESSION_COMMITTED";
}

/** A session was handed to a manager that did not open it. */
export class SessionForeignError extends SessionError {
  readonly code = "SESSION_FOREIGN";
}

/** Other requests kept changing the session until the attempts ran out. Nothing of this request was kept. */
export class SessionConflictError extends SessionError {
  readonly code = "SESSION_CONFLICT";
}

/** The store threw, or did not answer in time; `cause` holds what it threw. */
export class StoreFailedError extends SessionError {
  readonly code = "STORE_FAILED";
}

/** A bounded store holds as many live sessions as it may. */
export class StoreFullError extends SessionError {
  readonly code = "STORE_FULL";
}

/** The store's table has not been made yet; the message says how. `cause` holds what the engine said. */
export class NotMigratedError extends SessionError {
  readonly code = "NOT_MIGRATED";
}

/** The store says that freshly drawn 256-bit ids exist already: its `create`, or the random source, is broken. */
export class IdCollisionError extends SessionError {
  readonly code = "ID_COLLISION";
}

/** What was asked for cannot be done in this mode or with this store. */
export class UnsupportedError extends SessionError {
  readonly code = "UNSUPPORTED";
}

/** A handler returned something that is not a `Response`. */
export class NoResponseError extends SessionError {
  readonly code = "NO_RESPONSE";
}
