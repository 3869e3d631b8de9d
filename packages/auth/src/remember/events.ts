/** Why a remember-me cookie was not honoured. */
export type RememberRejectReason =
  /** The cookie came more than once although its `__Host-` name allows one only. */
  | "duplicate-cookie"
  /** Not of the form that is issued; nothing was looked up. */
  | "malformed"
  /** Well-formed, but nothing is known of it: ended, swept, or never issued. */
  | "not-found"
  /** Past the lifetime that began with the login. */
  | "expired"
  /** The record cannot be read. */
  | "invalid-data"
  /** `sessionLimit` refused one more session. The cookie stays good. */
  | "too-many-sessions";

/** What ended it: a logout or a login in that browser, `logoutElsewhere`, which puts another in its place, or a revocation. */
export type RememberEndReason = "logout" | "login" | "renewed" | "revoked";

/**
 * What happened to what a browser is remembered by. `family` names a login with `remember` and all that came of it; it is
 * no part of the cookie, so an event can be logged as it is.
 */
export type RememberEvent =
  /** By a login with `remember: true`. */
  | { readonly type: "remembered"; readonly family: string; readonly subject: string; readonly expiresAt: number }
  /** A session was made from the cookie; `id` is its `Session.id`. */
  | { readonly type: "remember-restored"; readonly family: string; readonly subject: string; readonly id: string }
  | { readonly type: "remember-rejected"; readonly reason: RememberRejectReason }
  /**
   * A used cookie came back after its grace: somebody has a copy. The family and its sessions were ended, the visitor's and
   * the thief's. Tell the subject.
   */
  | { readonly type: "remember-theft"; readonly family: string; readonly subject: string }
  | {
      readonly type: "remember-ended";
      readonly family: string;
      readonly subject: string;
      readonly reason: RememberEndReason;
    };

/** Receives every event, synchronously. What it throws fails the request: an audit log that fails must not go unseen. */
export type RememberEventListener = (event: RememberEvent) => void;
