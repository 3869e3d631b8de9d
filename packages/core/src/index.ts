export type { CookieOptions } from "./cookie-options.ts";
export { encryptedCookie } from "./encrypted-cookie.ts";
export {
  IdCollisionError,
  InvalidOptionError,
  NoResponseError,
  NotMigratedError,
  NotSerializableError,
  SessionCommittedError,
  SessionConflictError,
  SessionError,
  type SessionErrorCode,
  SessionForeignError,
  SessionNotAwaitedError,
  SessionTooLargeError,
  StoreFailedError,
  StoreFullError,
  UnsupportedError,
  WeakSecretError,
} from "./errors.ts";
export type { DropReason, RejectReason, SessionEvent, SessionEventListener } from "./events.ts";
export type { SessionMode } from "./keeper.ts";
export type { Secrets } from "./key-ring.ts";
export { type MemoryStoreOptions, memoryStore } from "./memory-store.ts";
export type { LifetimeOptions, SessionManagerOptions } from "./options.ts";
export { PendingSession } from "./pending-session.ts";
export type { SealedCookieOptions } from "./sealed-mode.ts";
export { type ServerSideOptions, serverSide } from "./server-side.ts";
export { Session } from "./session.ts";
export { type SessionInfo, SessionManager } from "./session-manager.ts";
export { signedCookie } from "./signed-cookie.ts";
export type { StandardSchema } from "./standard-schema.ts";
export type { SessionStore, StoredSession, StoreTraits, SubjectIndex, SubjectSession, Sweeper } from "./store.ts";
