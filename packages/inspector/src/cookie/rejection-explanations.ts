import type { RejectReason } from "@coatcheck/core";

/** What a developer needs to know about a rejected cookie. */
export interface RejectionExplanation {
  readonly meaning: string;
  /** The likely causes, the most likely one first. */
  readonly causes: readonly string[];
  /** What to do about it. */
  readonly fix: string;
}

/** An explanation for each reason of a `rejected` event. */
export const rejectionExplanations: Readonly<Record<RejectReason, RejectionExplanation>> = {
  "duplicate-cookie": {
    meaning:
      "The request carries the cookie more than once, although a browser stores only one cookie of a __Host- name.",
    causes: [
      "A proxy or a client joined two Cookie headers.",
      "An attacker planted a second cookie, so that the server reads it instead of the first.",
    ],
    fix: "Look at the Cookie header as it reaches the server. Neither of the two cookies is accepted.",
  },
  malformed: {
    meaning: "The value does not have the form that this mode issues, so nothing was looked up or verified.",
    causes: [
      "The manager's mode was changed, and the browser still has a cookie of the former mode.",
      "Secrets were added to serverSide or removed from it, so that its ids are now signed or no longer signed.",
      "The value was cut off, or another application on this host uses the same cookie name.",
    ],
    fix: "If the mode was changed, do nothing: the next write replaces the cookie. Otherwise give the cookie its own name.",
  },
  "unknown-key": {
    meaning: "The cookie was made with a secret that is not in `secrets`.",
    causes: [
      "A secret was replaced, and the old one was not kept in the list.",
      "Servers behind one address have different secrets, or generate a secret at each start.",
      "The cookie belongs to another manager: keys are bound to the cookie's name.",
    ],
    fix: "Put the new secret first, and keep the old ones after it until all cookies made with them have expired.",
  },
  "invalid-signature": {
    meaning: "The cookie names a known key, but its signature or authentication tag does not match.",
    causes: [
      "The value was changed in transit or by hand.",
      "The value was cut off, or joined from chunks of two sessions.",
    ],
    fix: "Compare what the server set with what came back. If none of your software changes cookies, this may be a forgery.",
  },
  "not-found": {
    meaning: "The cookie is well-formed, but the store has no such session.",
    causes: [
      "The session ended: a logout, a revocation, a login that gave it a new id, or a sweep after it expired.",
      "The store is empty or a different one: a restarted memory store, another database, another prefix or table.",
    ],
    fix: "If the session has ended, do nothing. Otherwise check that all processes use the same store.",
  },
  revoked: {
    meaning: "The cookie verifies, but according to `revocations` its session has ended.",
    causes: ["A logout, a login that gave the session a new id, `revoke`, or `revokeAll` of its subject."],
    fix: "Do nothing: this is a copy of a cookie whose session has ended.",
  },
  expired: {
    meaning: "The session is past its idle timeout or its absolute timeout.",
    causes: [
      "The session was not used for as long as `lifetime.idle`.",
      "The login is older than `lifetime.absolute`, which use does not extend.",
      "The lifetime was shortened, or a server's clock is wrong.",
    ],
    fix: "If the session is that old, do nothing. The timeouts are set by `lifetime`, in seconds.",
  },
  "invalid-data": {
    meaning: "The schema rejected the data, or the stored session cannot be read.",
    causes: ["The schema became stricter than the stored data.", "Something else writes to the sessions in the store."],
    fix: "Make new keys optional or give them defaults. Let the schema convert data of an older shape, not reject it.",
  },
};
