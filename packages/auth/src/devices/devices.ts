import { InvalidOptionError } from "@coatcheck/core";
import type { AnySession } from "@coatcheck/core/toolkit";
import type { LoginFacts } from "../login/login-info.ts";
import type { AccountSessions, AnySessionManager } from "../manager/account-extension.ts";

/** A session as its owner, or an administrator, sees it. Nothing in it can be used as a cookie. Instants: epoch milliseconds. */
export interface Device {
  /** `Session.id`, what {@link revokeDevice} takes. */
  readonly id: string;
  /** The browser and system at the login: `"Firefox on Linux"`; `undefined` when they said nothing that is known. */
  readonly label: string | undefined;
  /** How they logged in: `"password"`, `"remember-me"`, … */
  readonly method: string | undefined;
  /** When the session began, which may have been before the login. */
  readonly createdAt: number;
  readonly authenticatedAt: number | undefined;
  /**
   * When it was used last, or a little earlier, never later: use is noted once per `touchInterval`, a tenth of `idle`
   * unless set. It is read off the end of the session, so for one that its absolute timeout, or an identity provider,
   * ends before its idle timeout would, it is as much earlier as that end is. Now, for the current one.
   */
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  /** Whether it is the one that asks. */
  readonly isCurrent: boolean;
}

/**
 * The devices of whoever is logged in to a session, newest login first, with this one marked. Each session is shown, also
 * several that `rememberMe` restored for one browser at once: one of them may be a thief's.
 *
 * @throws `INVALID_OPTION` when nobody is logged in, `UNSUPPORTED` in cookie modes and with a store that finds no
 *   subjects, `STORE_FAILED`
 */
export async function listDevices(sessions: AccountSessions, session: AnySession): Promise<Device[]> {
  return toDevices(sessions, subjectOf(session), session.id);
}

/** The devices of any subject, newest login first, for an administrator. @throws `UNSUPPORTED`, `STORE_FAILED` */
export async function devicesOf(sessions: AccountSessions, subject: string): Promise<Device[]> {
  return toDevices(sessions, subject, undefined);
}

/**
 * Ends one session, if it is of that subject; `false` when it is not, or has ended. The check is what a page needs where
 * people end their own: `sessions.revoke(id)` would end anybody's. The current one is ended with `logout`.
 *
 * @param id - {@link Device.id}, as a form sent it
 * @throws `UNSUPPORTED` as {@link listDevices} does, `STORE_FAILED`
 */
export async function revokeDevice(sessions: AnySessionManager, subject: string, id: string): Promise<boolean> {
  // Whose a session is never changes under one id, so nothing can come between the check and the end.
  const isTheirs = (await sessions.list(subject)).some((info) => info.id === id);
  return isTheirs && sessions.revoke(id);
}

/**
 * Ends all sessions of whoever is logged in, but this one; resolves to how many, or `undefined` in a cookie mode. All of
 * a subject, be it by an administrator: `sessions.revokeAll(subject)`.
 *
 * @throws `INVALID_OPTION` when nobody is logged in, `UNSUPPORTED` in a cookie mode without `revocations` and with a
 *   store that finds no subjects, `STORE_FAILED`
 */
export async function revokeOtherDevices(
  sessions: AnySessionManager,
  session: AnySession,
): Promise<number | undefined> {
  return sessions.revokeAll(subjectOf(session), { except: session.id });
}

function subjectOf({ subject }: AnySession): string {
  if (subject === undefined) throw new InvalidOptionError("Devices need a session that somebody is logged in to.");
  return subject;
}

async function toDevices(sessions: AccountSessions, subject: string, currentId: string | undefined): Promise<Device[]> {
  const now = sessions.now();
  const idle = sessions.lifetime.idle * 1000;
  return (await sessions.list(subject)).map(({ id, createdAt, authenticatedAt, expiresAt, login }) => {
    const { device: label, method }: LoginFacts = Object(login);
    const isCurrent = id === currentId;
    // Later than now only where `idle` was longer when the session was last used.
    const lastSeenAt = isCurrent ? now : Math.min(now, Math.max(createdAt, authenticatedAt ?? 0, expiresAt - idle));
    return { id, label, method, createdAt, authenticatedAt, lastSeenAt, expiresAt, isCurrent };
  });
}
