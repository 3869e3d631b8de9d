import type { RejectReason } from "../events.ts";
import type { StoredSession } from "../stores/store.ts";
import type { ManagerContext } from "./options.ts";
import type { SessionState } from "./session-state.ts";

/**
 * When a session ends that is used now: after the idle timeout, and never past the absolute one, or what the notes say.
 * The absolute one counts from the login, as NIST SP 800-63B-4 has it, and before one from when the session began.
 */
export function expiryOf({ context, about, draft }: SessionState): number {
  const { authenticatedAt = about.createdAt } = about;
  const ends = [context.now() + context.idle, authenticatedAt + context.absolute, draft.notes.endsAt ?? Infinity];
  // A damaged note must not make a session without an end.
  return Math.min(...ends) || 0;
}

/**
 * Why a session that was kept cannot be honoured, if so. The absolute timeout is checked on its own: it may have been
 * shortened since the last write.
 */
export function rejectionOf(
  { absolute, now }: ManagerContext,
  { version, createdAt, expiresAt, authenticatedAt = createdAt, subject = "" }: Omit<StoredSession, "data">,
): RejectReason | false {
  // A damaged row must not be a session without an end, nor of nobody in particular.
  const isSound =
    [version, createdAt, expiresAt, authenticatedAt].every(Number.isFinite) && typeof subject === "string";
  if (!isSound) return "invalid-data";
  return Math.min(expiresAt, authenticatedAt + absolute) <= now() && "expired";
}
