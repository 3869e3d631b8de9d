export type { AnySession } from "@coatcheck/core/toolkit";
export type {
  AccountExtension,
  AccountSessions,
  AccountVisit,
  AnySessionManager,
  CommittedVisit,
  Revocation,
} from "./account-extension.ts";
export { AccountManager, type AccountManagerOptions } from "./account-manager.ts";
export { aal1, aal2, aal3 } from "./assurance.ts";
export { deviceLabel } from "./device-label.ts";
export { type Device, devicesOf, listDevices, revokeDevice, revokeOtherDevices } from "./devices.ts";
export {
  type Guard,
  type Guarded,
  type RefusalReason,
  type Refused,
  requireAll,
  requireFresh,
  requireLevel,
  requireSubject,
  requireThat,
} from "./guards.ts";
export { type LoginOptions, login, logout } from "./login.ts";
export { type AssuranceLevel, type LoginFacts, loginOf } from "./login-facts.ts";
export { logoutElsewhere } from "./logout-elsewhere.ts";
export { type ProviderSessions, type ProviderSessionsOptions, providerSessions } from "./provider-sessions.ts";
export { type RefusalOptions, refusal } from "./refusal.ts";
export type {
  RememberEndReason,
  RememberEvent,
  RememberEventListener,
  RememberRejectReason,
} from "./remember-events.ts";
export { type RememberMeOptions, rememberMe } from "./remember-me.ts";
export { safeNext } from "./safe-next.ts";
export {
  type SessionLimitEvent,
  type SessionLimitOptions,
  sessionLimit,
  TooManySessionsError,
} from "./session-limit.ts";
export {
  type SessionProtectionOptions,
  type Signal,
  type SignalMismatchEvent,
  sessionProtection,
} from "./session-protection.ts";
