export type { AnySession } from "@coatcheck/core/toolkit";
export { type Device, devicesOf, listDevices, revokeDevice, revokeOtherDevices } from "./devices/devices.ts";
export { logoutElsewhere } from "./devices/revoke-other-sessions.ts";
export { aal1, aal2, aal3 } from "./login/assurance.ts";
export { deviceLabel } from "./login/device-label.ts";
export { type LoginOptions, login, logout } from "./login/login.ts";
export { type AssuranceLevel, type LoginFacts, loginOf } from "./login/login-info.ts";
export type {
  AccountExtension,
  AccountSessions,
  AccountVisit,
  AnySessionManager,
  CommittedVisit,
  Revocation,
} from "./manager/account-extension.ts";
export { AccountManager, type AccountManagerOptions } from "./manager/account-manager.ts";
export { type RefusalOptions, refusal } from "./protection/denial-response.ts";
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
} from "./protection/guards.ts";
export { safeNext } from "./protection/safe-next.ts";
export {
  type SessionLimitEvent,
  type SessionLimitOptions,
  sessionLimit,
  TooManySessionsError,
} from "./protection/session-limit.ts";
export {
  type SessionProtectionOptions,
  type Signal,
  type SignalMismatchEvent,
  sessionProtection,
} from "./protection/session-protection.ts";
export { type ProviderSessions, type ProviderSessionsOptions, providerSessions } from "./provider/provider-sessions.ts";
export type {
  RememberEndReason,
  RememberEvent,
  RememberEventListener,
  RememberRejectReason,
} from "./remember/events.ts";
export { type RememberMeOptions, rememberMe } from "./remember/remember-me.ts";
