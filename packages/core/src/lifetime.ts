import type { ManagerContext } from "./options.ts";

/** The instants that timeouts are counted from, epoch milliseconds. */
interface Began {
  readonly createdAt: number;
  readonly authenticatedAt?: number | undefined;
}

/**
 * When a session ends that is used now: after the idle timeout, and never past the absolute one. The latter counts from
 * the login, as NIST SP 800-63B-4 has it, and before one from when the session began.
 */
export function expiryOf({ now, idle, absolute }: ManagerContext, began: Began): number {
  return Math.min(now() + idle, (began.authenticatedAt ?? began.createdAt) + absolute);
}

/** Whether a session is over. The absolute timeout is checked on its own: it may have been shortened since the last write. */
export function isExpired({ now, absolute }: ManagerContext, session: Began & { readonly expiresAt: number }): boolean {
  return now() >= Math.min(session.expiresAt, (session.authenticatedAt ?? session.createdAt) + absolute);
}
