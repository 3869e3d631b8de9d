import { type AnySession, assertOption, nowOf } from "@coatcheck/core/toolkit";
import { loginOf } from "../login/login-info.ts";
import type { AssuranceLevel } from "../manager/login-options.ts";

/** Why a guard denies a request. */
export type DenialReason =
  /** The visitor is not logged in. */
  | "anonymous"
  /** The last proof of identity is too old, or in doubt. */
  | "not-fresh"
  /** The last proof of identity was not strong enough. */
  | "level-too-low"
  /** The subject may not do this, however they prove their identity. */
  | "forbidden";

/** The result of a guard. */
export type Guarded = { readonly ok: true; readonly subject: string } | Denied;

/** A request that a guard denied. `denialResponse` answers it. */
export interface Denied {
  readonly ok: false;
  readonly reason: DenialReason;
}

/** Decides by its session whether a request may go on. Every guard denies anonymous visitors. */
export type Guard<Of extends AnySession = AnySession> = (session: Of) => Guarded | Promise<Guarded>;

/** Passes logged-in subjects. @throws `INVALID_OPTION` when there is no session */
export function requireSubject(session: AnySession): Guarded {
  assertOption(session !== undefined, "A guard needs a session (in Hono: register session() before guard())");
  return session.subject === undefined ? denied("anonymous") : { ok: true, subject: session.subject };
}

/**
 * Passes subjects who proved their identity less than so many seconds ago. A login by `rememberMe` is not a proof.
 *
 * @throws `INVALID_OPTION`
 */
export function requireFresh(seconds: number): (session: AnySession) => Guarded {
  assertOption(Number.isFinite(seconds) && seconds > 0, "requireFresh needs a number of seconds above 0");
  return (session) =>
    passIf(session, "not-fresh", () => {
      const { authenticatedAt = Number.NEGATIVE_INFINITY } = session;
      // An instant in the future was set by a server whose clock is ahead, and passes. Denying it would send users who
      // have just logged in to the login page again.
      return nowOf(session) - authenticatedAt < seconds * 1000 && loginOf(session).isFresh !== false;
    });
}

/** Passes subjects who proved their identity at that NIST SP 800-63B-4 level or above. @throws `INVALID_OPTION` */
export function requireLevel(level: AssuranceLevel): (session: AnySession) => Guarded {
  assertOption([1, 2, 3].includes(level), "requireLevel needs 1, 2 or 3");
  return (session) => passIf(session, "level-too-low", () => (loginOf(session).level ?? 0) >= level);
}

/**
 * Passes subjects for which the predicate is true: a role, a permission. Not called for anonymous visitors.
 *
 * @param predicate - gets the session and its subject. Annotate the session with its type to read data
 * @example requireThat((session: Session<Data>) => session.get("role") === "admin")
 */
export function requireThat<Of extends AnySession>(
  predicate: (session: Of, subject: string) => boolean | Promise<boolean>,
): (session: Of) => Promise<Guarded> {
  return async (session) => {
    const guarded = requireSubject(session);
    // Only `true` passes: in JavaScript a predicate may return anything, for example the name of another role.
    return !guarded.ok || (await predicate(session, guarded.subject)) === true ? guarded : denied("forbidden");
  };
}

/**
 * Passes subjects that all guards pass. The first guard that denies gives the reason, and later ones are not called.
 */
export function requireAll<Of extends AnySession>(...guards: readonly Guard<Of>[]): (session: Of) => Promise<Guarded> {
  return async (session) => {
    for (const guard of guards) {
      const guarded = await guard(session);
      if (!guarded.ok) return guarded;
    }
    return requireSubject(session);
  };
}

function passIf(session: AnySession, reason: DenialReason, predicate: () => boolean): Guarded {
  const guarded = requireSubject(session);
  return !guarded.ok || predicate() ? guarded : denied(reason);
}

function denied(reason: DenialReason): Denied {
  return { ok: false, reason };
}
