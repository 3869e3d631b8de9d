/** Why a request's cookie was not honoured. */
export type RejectReason =
  /** The cookie came more than once although its `__Host-` name allows one only. */
  | "duplicate-cookie"
  /** Not of the form this mode issues; nothing was looked up. */
  | "malformed"
  /** Made with a secret that is not in the list. */
  | "unknown-key"
  /** The signature or the authentication tag does not match. */
  | "invalid-signature"
  /** Well-formed, but the store holds no such session: ended, swept, or never issued. */
  | "not-found"
  /** It was ended, and `revocations` says so. */
  | "revoked"
  /** Past its idle or absolute timeout. */
  | "expired"
  /** The schema refused the data, or the data cannot be read. */
  | "invalid-data";

/** Why the changes of a request were not kept. */
export type DropReason =
  /** The session ended while the request ran. */
  | "gone"
  /** The response (101, `Response.error()`, a thrown error) cannot carry the cookie that the change needs. */
  | "undeliverable";

/**
 * What happened to a session. `id` is always the public {@link Session.id}, never the secret of the cookie, so an
 * event can be logged as it is.
 */
export type SessionEvent =
  | { readonly type: "created"; readonly id: string }
  | { readonly type: "rejected"; readonly reason: RejectReason }
  | { readonly type: "regenerated"; readonly id: string; readonly previousId: string }
  | { readonly type: "destroyed"; readonly id: string }
  | { readonly type: "revoked"; readonly id: string }
  | { readonly type: "revoked"; readonly subject: string; readonly count: number | undefined }
  | { readonly type: "write-dropped"; readonly id: string | undefined; readonly reason: DropReason }
  | { readonly type: "conflict-retried"; readonly id: string; readonly attempt: number }
  | { readonly type: "reissued"; readonly id: string };

/** Receives every event, synchronously. What it throws fails the request: an audit log that fails must not go unseen. */
export type SessionEventListener = (event: SessionEvent) => void;
