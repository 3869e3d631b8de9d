import { type AnySession, getExtensionData, setExtensionData } from "@coatcheck/core/toolkit";

/** NIST SP 800-63B-4 authentication assurance level. */
export type AssuranceLevel = 1 | 2 | 3;

/** What is known of a login besides whose it is and when it was. Kept with the session, as JSON. */
export interface LoginFacts {
  /** How they proved who they are: `"password"`, `"passkey"`, …; `"remember-me"` when a cookie did it for them. */
  readonly method?: string;
  readonly level?: AssuranceLevel;
  /** The browser and system, from `User-Agent`: `"Firefox on Linux"`. */
  readonly device?: string;
  /** The identity provider's name for its own session (OpenID Connect `sid`). */
  readonly sid?: string;
  /** `false` once something made it doubtful that it is still the same person. */
  readonly isFresh?: false;
  /**
   * What sessions of one browser have in common, for an extension that restores several when requests come at once:
   * `sessionLimit` counts them as one. Nothing secret.
   */
  readonly browser?: string;
  /**
   * Its place among the logins of the subject, epoch milliseconds; noted by `sessionLimit` where `authenticatedAt` would
   * put it before an earlier one, whose server's clock was ahead.
   */
  readonly orderedAt?: number;
}

const NAME = "login";

/** What is known of the login of a session; empty when there was none, or `session.bind` made it. */
export function loginOf(session: AnySession): LoginFacts {
  return (getExtensionData(session, NAME) ?? {}) as LoginFacts;
}

export function noteLogin(session: AnySession, facts: LoginFacts): void {
  setExtensionData(session, NAME, facts);
}
