/** Why a remember-me cookie was rejected. */
export type RememberRejectReason =
  /** The request carries the cookie more than once although its `__Host-` name can exist only once. */
  | "duplicate-cookie"
  /** Not of the form that `rememberMe` issues. Nothing was looked up. */
  | "malformed"
  /** Well-formed, but the store has no such family: it ended, was swept, or was never issued. */
  | "not-found"
  /** Past the lifetime that began with the login. */
  | "expired"
  /** The record cannot be read. */
  | "invalid-data"
  /** `sessionLimit` refused one more session. The cookie stays valid. */
  | "too-many-sessions";

/**
 * Why a family ended: a logout or a login in that browser, `revokeOtherSessions`, which starts another family in its
 * place, or a revocation.
 */
export type RememberEndReason = "logout" | "login" | "renewed" | "revoked";

/**
 * Something that happened to a remembered browser. `family` identifies a login with `remember` and everything that came
 * from it. It is not part of the cookie, so that events can be logged as they are.
 */
export type RememberEvent =
  /** A login with `remember: true`. */
  | { readonly type: "remembered"; readonly family: string; readonly subject: string; readonly expiresAt: number }
  /** A session was made from the cookie. `id` is its `Session.id`. */
  | { readonly type: "remember-restored"; readonly family: string; readonly subject: string; readonly id: string }
  | { readonly type: "remember-rejected"; readonly reason: RememberRejectReason }
  /**
   * A used cookie came back after its grace period, so a copy of it exists. The family and its sessions were ended,
   * both the user's and the thief's. Notify the user.
   */
  | { readonly type: "remember-theft"; readonly family: string; readonly subject: string }
  | {
      readonly type: "remember-ended";
      readonly family: string;
      readonly subject: string;
      readonly reason: RememberEndReason;
    };

/**
 * Called synchronously for every event. An exception fails the request, so that a broken audit log does not go
 * unnoticed.
 */
export type RememberEventListener = (event: RememberEvent) => void;
