import type { RejectReason } from "../events.ts";
import type { LoadedSession } from "../modes/backend.ts";
import type { ManagerContext } from "./options.ts";
import type { SessionState } from "./session-state.ts";

/**
 * When a session ends that is used now: after the idle timeout, never later than the absolute one, and never later than
 * the extension data `endsAt` says. The absolute timeout counts from the login (NIST SP 800-63B-4), and for an anonymous
 * session from its beginning. Epoch milliseconds.
 */
export function expiryOf({ scope: { context }, metadata, draft }: SessionState): number {
  const idleEnd = context.now() + context.idle;
  const absoluteEnd = (metadata.authenticatedAt ?? metadata.createdAt) + context.absolute;
  const extensionEnd = draft.extensionData.endsAt ?? Number.POSITIVE_INFINITY;
  const expiry = Math.min(idleEnd, absoluteEnd, extensionEnd);
  // Damaged extension data makes this NaN. The session ends at once then, instead of never.
  return Number.isNaN(expiry) ? 0 : expiry;
}

/**
 * Why a stored session must be rejected, if it must. The absolute timeout is checked here too, because it may have been
 * shortened since the session was written.
 */
export function rejectionOf(
  { absolute, now }: ManagerContext,
  session: LoadedSession["session"],
): RejectReason | undefined {
  const { version, createdAt, expiresAt, authenticatedAt = createdAt, subject } = session;
  // A damaged row must not become a session without an end, or one whose subject is not a name.
  const hasNumbers = [version, createdAt, expiresAt, authenticatedAt].every(Number.isFinite);
  const hasSubject = subject === undefined || typeof subject === "string";
  if (!hasNumbers || !hasSubject) return "invalid-data";
  const end = Math.min(expiresAt, authenticatedAt + absolute);
  return end <= now() ? "expired" : undefined;
}

/** Whether a session ends so much later than before that it is worth a write, or a cookie. */
export function isExtension(
  { touchInterval }: ManagerContext,
  before: LoadedSession | undefined,
  expiresAt: number,
): boolean {
  const previousEnd = before?.session.expiresAt ?? 0;
  // At least a millisecond, so that a touchInterval of 0 does not write at every read of one instant.
  return expiresAt - previousEnd >= Math.max(touchInterval, 1);
}
