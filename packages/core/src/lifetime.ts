import type { ManagerContext } from "./options.ts";
import type { SessionState } from "./session-state.ts";

/** The instants that timeouts are counted from, epoch milliseconds. */
interface Began {
  readonly createdAt: number;
  readonly authenticatedAt?: number | undefined;
}

/**
 * When a session ends that is used now: after the idle timeout, and never past the absolute one, or what the notes say.
 * The absolute one counts from the login, as NIST SP 800-63B-4 has it, and before one from when the session began.
 */
export function expiryOf({ context, about, draft }: SessionState): number {
  return Math.min(context.now() + context.idle, absoluteEnd(context, about), draft.notes.endsAt ?? Infinity);
}

/** Whether a session is over. The absolute timeout is checked on its own: it may have been shortened since the last write. */
export function isExpired(context: ManagerContext, session: Began & { readonly expiresAt: number }): boolean {
  return Math.min(session.expiresAt, absoluteEnd(context, session)) <= context.now();
}

function absoluteEnd({ absolute }: ManagerContext, { authenticatedAt, createdAt }: Began): number {
  return (authenticatedAt ?? createdAt) + absolute;
}
