import type { RejectReason } from "@coatcheck/core";

/** What a developer is told about a cookie that was not honoured. */
export interface RejectionLesson {
  /** What is so. */
  readonly what: string;
  /** How it comes about, the likeliest cause first. */
  readonly causes: readonly string[];
  /** What to do about it. */
  readonly mend: string;
}

/** A lesson for each reason of a `rejected` event. */
export const rejectionLessons: Readonly<Record<RejectReason, RejectionLesson>> = {
  "duplicate-cookie": {
    what: "The cookie came more than once in one request, although a browser keeps one of a __Host- name only.",
    causes: [
      "A proxy or a client joined two Cookie headers.",
      "Somebody planted a second cookie, hoping that it is read instead of the first.",
    ],
    mend: "Look at the Cookie header as it reaches the server. Of the two none is believed.",
  },
  malformed: {
    what: "The value is not of the form that this mode issues, so nothing was looked up or verified.",
    causes: [
      "The manager's mode was changed, and the browser still has a cookie of the former one.",
      "The serverSide manager got or lost its secrets, so that ids are now signed or no longer are.",
      "The value was cut off, or another application on this host uses the same cookie name.",
    ],
    mend: "Nothing, if the mode was changed: the next write replaces the cookie. Otherwise give the cookie a name of its own.",
  },
  "unknown-key": {
    what: "It was sealed with a secret that is not in `secrets`.",
    causes: [
      "A secret was replaced instead of added to.",
      "Servers behind one address have different secrets, or a secret is made at each start.",
      "It is of another manager: keys are bound to the cookie's name.",
    ],
    mend: "Put the new secret first and keep the old ones behind it until what they sealed has expired.",
  },
  "invalid-signature": {
    what: "It names a key of ours, and its signature or authentication tag does not match.",
    causes: [
      "The value was changed on the way or by hand.",
      "It was cut off or put together from chunks of two sessions.",
    ],
    mend: "Compare what the server set with what came back. If nothing of yours changes cookies, somebody tries to forge one.",
  },
  "not-found": {
    what: "It is well-formed, and the store holds no such session.",
    causes: [
      "The session ended: a logout, a revocation, a login that gave it a new id, or a sweep after its expiry.",
      "The store forgot: memory of a process that was started again, another database, another prefix or table.",
    ],
    mend: "Nothing, if the session has ended. Otherwise see that every process is given the same store.",
  },
  revoked: {
    what: "It verifies, and `revocations` says that it was ended.",
    causes: ["A logout, a login that gave the session a new id, `revoke`, or `revokeAll` of its subject."],
    mend: "Nothing: this is a copy of a cookie that has had its time.",
  },
  expired: {
    what: "It is past its idle or its absolute timeout.",
    causes: [
      "Nobody used it for as long as `lifetime.idle`.",
      "The login is as old as `lifetime.absolute`; use does not extend that.",
      "The lifetime was shortened, or the clock of a server is wrong.",
    ],
    mend: "Nothing, if it is that old. The timeouts are `lifetime`, in seconds.",
  },
  "invalid-data": {
    what: "The schema refused the data, or what the store holds cannot be read.",
    causes: ["The schema became stricter than what was stored.", "Something else writes to the sessions in the store."],
    mend: "Make new keys optional or give them defaults. Data of an older shape is better migrated by the schema than refused.",
  },
};
