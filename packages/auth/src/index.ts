export type {
  AccountExtension,
  AccountVisit,
  AnySessionManager,
  CommittedVisit,
  Revocation,
} from "./account-extension.ts";
export { AccountManager, type AccountManagerOptions } from "./account-manager.ts";
export { type LoginOptions, login, logout } from "./login.ts";
export { type AssuranceLevel, type LoginFacts, loginOf } from "./login-facts.ts";
