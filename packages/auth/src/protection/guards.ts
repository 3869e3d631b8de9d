import { type AnySession, assertOption, nowOf } from "@coatcheck/core/toolkit";
import { type AssuranceLevel, loginOf } from "../login/login-info.ts";

/** Why a guard lets a request no further. */
export type RefusalReason =
  /** Nobody is logged in. */
  | "anonymous"
  /** Who is logged in has not proved it lately enough. */
  | "not-fresh"
  /** Who is logged in has not proved it strongly enough. */
  | "level-too-low"
  /** Who is logged in may not do this, however they prove it. */
  | "forbidden";

/** What a guard says of a session. */
export type Guarded = { readonly ok: true; readonly subject: string } | Refused;

/** What `refusal` makes a response of. */
export interface Refused {
  readonly ok: false;
  readonly reason: RefusalReason;
}

/** Decides by its session whether a request may go on. Each lets nobody pass who is not logged in. */
export type Guard<Of extends AnySession = AnySession> = (session: Of) => Guarded | Promise<Guarded>;

/** Lets pass who is logged in. @throws `INVALID_OPTION` when there is no session */
export function requireSubject(session: AnySession): Guarded {
  assertOption(session !== undefined, "A guard needs a session (in Hono: put session() in front of guard())");
  return session.subject === undefined ? refused("anonymous") : { ok: true, subject: session.subject };
}

/**
 * Lets pass who proved less than so many seconds ago who they are. A login that `rememberMe` did is no proof.
 *
 * @throws `INVALID_OPTION`
 */
export function requireFresh(seconds: number): (session: AnySession) => Guarded {
  assertOption(Number.isFinite(seconds) && seconds > 0, "requireFresh needs seconds above 0");
  return (session) =>
    passIf(session, "not-fresh", () => {
      const { authenticatedAt = Number.NEGATIVE_INFINITY } = session;
      // An instant ahead of this clock is that of another server, and as fresh as can be. To refuse it would send
      // people to log in again who have just done so.
      return nowOf(session) - authenticatedAt < seconds * 1000 && loginOf(session).isFresh !== false;
    });
}

/** Lets pass who proved who they are at that NIST SP 800-63B-4 level or above. @throws `INVALID_OPTION` */
export function requireLevel(level: AssuranceLevel): (session: AnySession) => Guarded {
  assertOption([1, 2, 3].includes(level), "requireLevel needs 1, 2 or 3");
  return (session) => passIf(session, "level-too-low", () => (loginOf(session).level ?? 0) >= level);
}

/**
 * Lets pass those of whom something is true: a role, a permission. It is not asked of anonymous visitors.
 *
 * @param isTrue - gets the session and its subject; with its type, to read data
 * @example requireThat((session: Session<Data>) => session.get("role") === "admin")
 */
export function requireThat<Of extends AnySession>(
  isTrue: (session: Of, subject: string) => boolean | Promise<boolean>,
): (session: Of) => Promise<Guarded> {
  return async (session) => {
    const known = requireSubject(session);
    // Only `true` passes: in JavaScript a predicate may return anything, a role that is not the right one, say.
    return !known.ok || (await isTrue(session, known.subject)) === true ? known : refused("forbidden");
  };
}

/** Lets pass whom all of these let pass; refuses with the reason of the first that does not. The later ones are not asked. */
export function requireAll<Of extends AnySession>(...guards: readonly Guard<Of>[]): (session: Of) => Promise<Guarded> {
  return async (session) => {
    for (const guard of guards) {
      const guarded = await guard(session);
      if (!guarded.ok) return guarded;
    }
    return requireSubject(session);
  };
}

function passIf(session: AnySession, reason: RefusalReason, isTrue: () => boolean): Guarded {
  const known = requireSubject(session);
  return !known.ok || isTrue() ? known : refused(reason);
}

function refused(reason: RefusalReason): Refused {
  return { ok: false, reason };
}
