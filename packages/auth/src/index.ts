// Folders import in one direction: lib ← manager ← login ← devices, protection ← remember, provider.

export type { AnySession, CommitOutcome } from "@coatcheck/core/toolkit";
export { type Device, devicesOf, listDevices, revokeDevice, revokeOtherDevices } from "./devices/devices.ts";
export { revokeOtherSessions } from "./devices/revoke-other-sessions.ts";
export { aal1, aal2, aal3 } from "./login/assurance.ts";
export { deviceLabel } from "./login/device-label.ts";
export { login, logout } from "./login/login.ts";
export { type LoginInfo, loginOf } from "./login/login-info.ts";
export type {
  AccountExtension,
  AccountSessions,
  AnySessionManager,
  ExtensionContext,
  RequestExtension,
  Revocation,
} from "./manager/account-extension.ts";
export { AccountManager, type AccountManagerOptions } from "./manager/account-manager.ts";
export type { AssuranceLevel, LoginOptions } from "./manager/login-options.ts";
export { type DenialResponseOptions, denialResponse } from "./protection/denial-response.ts";
export {
  type DenialReason,
  type Denied,
  type Guard,
  type Guarded,
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
