import { type AnySession, assertOption } from "@coatcheck/core/toolkit";
import { parseLoginInfo } from "../login/login-info.ts";
import type { AccountSessions, AnySessionManager } from "../manager/account-extension.ts";

/**
 * A session as its owner, or an administrator, sees it. Nothing in it can be used as a cookie. Instants are epoch
 * milliseconds.
 */
export interface Device {
  /** `Session.id`, which {@link revokeDevice} takes. */
  readonly id: string;
  /** The browser and system at the login: `"Firefox on Linux"`. `undefined` when they are not known. */
  readonly label: string | undefined;
  /** How the user logged in: `"password"`, `"remember-me"`, … */
  readonly method: string | undefined;
  /** When the session began, which may be before the login. */
  readonly createdAt: number;
  readonly authenticatedAt: number | undefined;
  /**
   * When the session was last used, or a little earlier, never later. Use is stored once per `touchInterval`, by
   * default a tenth of `idle`. It is derived from the end of the session, so where the absolute timeout or an identity
   * provider ends a session before its idle timeout would, it is earlier by the same time. For the current session it
   * is now.
   */
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  /** Whether it is the session that makes the list. */
  readonly isCurrent: boolean;
}

/**
 * The devices of the subject of a session, newest login first, with the current one marked. Every session is shown,
 * also several that `rememberMe` restored for one browser at once, because one of them may belong to a thief.
 *
 * @throws `INVALID_OPTION` without a logged-in subject; `UNSUPPORTED` in cookie modes, and with a store that has no
 *   subject index; `STORE_FAILED`
 */
export async function listDevices(sessions: AccountSessions, session: AnySession): Promise<Device[]> {
  return toDevices(sessions, subjectOf(session), session.id);
}

/** The devices of any subject, newest login first, for an administrator. @throws `UNSUPPORTED`, `STORE_FAILED` */
export async function devicesOf(sessions: AccountSessions, subject: string): Promise<Device[]> {
  return toDevices(sessions, subject, undefined);
}

/**
 * Ends one session if it belongs to that subject. Resolves to `false` when it does not, or has ended. A page where
 * users end their own sessions needs this check, because `sessions.revoke(id)` ends anyone's. End the current one by
 * `logout`.
 *
 * @param id - {@link Device.id}, as a form sent it
 * @throws `UNSUPPORTED` as {@link listDevices} does, `STORE_FAILED`
 */
export async function revokeDevice(sessions: AnySessionManager, subject: string, id: string): Promise<boolean> {
  // The subject under one id never changes, so nothing can happen between the check and the end.
  const belongsToSubject = (await sessions.list(subject)).some((info) => info.id === id);
  return belongsToSubject && sessions.revoke(id);
}

/**
 * Ends all other sessions of the subject of a session. Resolves to how many it ended, or to `undefined` in a cookie
 * mode. To end all sessions of a subject: `sessions.revokeAll(subject)`.
 *
 * @throws `INVALID_OPTION` without a logged-in subject; `UNSUPPORTED` in a cookie mode without `revocations`, and with
 *   a store that has no subject index; `STORE_FAILED`
 */
export async function revokeOtherDevices(
  sessions: AnySessionManager,
  session: AnySession,
): Promise<number | undefined> {
  return sessions.revokeAll(subjectOf(session), { except: session.id });
}

function subjectOf({ subject }: AnySession): string {
  assertOption(subject !== undefined, "Devices need a session that is logged in");
  return subject;
}

async function toDevices(sessions: AccountSessions, subject: string, currentId: string | undefined): Promise<Device[]> {
  const now = sessions.now();
  const idle = sessions.lifetime.idle * 1000;
  return (await sessions.list(subject)).map(({ id, createdAt, authenticatedAt, expiresAt, login }) => {
    const { device: label, method } = parseLoginInfo(login);
    const isCurrent = id === currentId;
    // Later than now only if `idle` was longer when the session was last used.
    const lastSeenAt = isCurrent ? now : Math.min(now, Math.max(createdAt, authenticatedAt ?? 0, expiresAt - idle));
    return { id, label, method, createdAt, authenticatedAt, lastSeenAt, expiresAt, isCurrent };
  });
}
