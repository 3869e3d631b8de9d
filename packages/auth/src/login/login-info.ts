import { type AnySession, getExtensionData, isRecord, setExtensionData } from "@coatcheck/core/toolkit";
import type { AssuranceLevel } from "../manager/login-options.ts";

/** What is known about a login besides its subject and its time. Stored with the session, as JSON. */
export interface LoginInfo {
  /** How the user proved their identity: `"password"`, `"passkey"`, …; `"remember-me"` when a cookie logged them in. */
  readonly method?: string;
  readonly level?: AssuranceLevel;
  /** The browser and system, from `User-Agent`: `"Firefox on Linux"`. */
  readonly device?: string;
  /** The identity provider's name for its session (OpenID Connect `sid`). */
  readonly sid?: string;
  /** `false` once there is doubt that this is still the same person. */
  readonly isFresh?: false;
  /**
   * Sessions of one browser share this value. `rememberMe` sets it, because it restores several sessions when requests
   * arrive at once, and `sessionLimit` counts them as one. Not secret.
   */
  readonly browser?: string;
  /**
   * The position of the login among those of the subject, epoch milliseconds. `sessionLimit` sets it where
   * `authenticatedAt` would sort the login before an earlier one, made on a server whose clock was ahead.
   */
  readonly orderedAt?: number;
}

const NAME = "login";

/** What is known about the login of a session. Empty when there was none, or when `session.bind` made it. */
export function loginOf(session: AnySession): LoginInfo {
  return parseLoginInfo(getExtensionData(session, NAME));
}

export function setLoginInfo(session: AnySession, info: LoginInfo): void {
  setExtensionData(session, NAME, info);
}

/** @param stored - as `SessionManager.list` returns it in `login` */
export function parseLoginInfo(stored: unknown): LoginInfo {
  return isRecord(stored) ? stored : {};
}
