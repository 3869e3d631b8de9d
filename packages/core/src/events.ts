/** Why the cookie of a request was rejected. */
export type RejectReason =
  /** The request carries the cookie more than once although its `__Host-` name can exist only once. */
  | "duplicate-cookie"
  /** Not of the form that this mode issues. Nothing was looked up. */
  | "malformed"
  /** Made with a secret that is not in the list. */
  | "unknown-key"
  /** The signature or the authentication tag does not match. */
  | "invalid-signature"
  /** Well-formed, but the store has no such session: it ended, was swept, or was never issued. */
  | "not-found"
  /** The session was ended, according to `revocations`. */
  | "revoked"
  /** Past its idle or absolute timeout. */
  | "expired"
  /** The schema rejected the data, or the data cannot be read. */
  | "invalid-data";

/** Why the changes of a request were not stored. */
export type DropReason =
  /** The session ended while the request was running. */
  | "gone"
  /** The change needs a cookie, and the response (101, `Response.error()`, a thrown error) cannot set one. */
  | "undeliverable";

/**
 * Something that happened to a session. `id` is the public {@link Session.id}, never the secret in the cookie, so that
 * events can be logged as they are.
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

/**
 * Called synchronously for every session event. An exception fails the request, so that a broken audit log does not go
 * unnoticed.
 */
export type SessionEventListener = (event: SessionEvent) => void;
