export type { CookieCache } from "./cookies/cookie-cache.ts";
export type { CookieOptions, ResolvedCookie } from "./cookies/cookie-options.ts";
export type { Secrets } from "./crypto/key-ring.ts";
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
export type { StandardSchema } from "./lib/standard-schema.ts";
export { PendingSession } from "./lifecycle/pending-session.ts";
export type { BackendContext, LoadedSession, SessionBackend, SessionMode } from "./modes/backend.ts";
export { encryptedCookie } from "./modes/encrypted-cookie.ts";
export type { SealedCookieOptions } from "./modes/sealed-mode.ts";
export { type ServerSideOptions, serverSide } from "./modes/server-side.ts";
export { signedCookie } from "./modes/signed-cookie.ts";
export type { LifetimeOptions, SessionManagerOptions } from "./session/options.ts";
export { Session } from "./session/session.ts";
export { type SessionInfo, SessionManager } from "./session-manager.ts";
export { type MemoryStoreOptions, memoryStore } from "./stores/memory-store.ts";
export type {
  SessionStore,
  StoredSession,
  StoreTraits,
  SubjectIndex,
  SubjectSession,
  Sweeper,
} from "./stores/store.ts";
