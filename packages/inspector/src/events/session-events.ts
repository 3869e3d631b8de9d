import type { SessionEvent } from "@coatcheck/core";
import type { EventLog, LoggedEvent } from "./event-log.ts";

/** The session whose events may be shown. */
export interface EventOwner {
  /** The `session.id` of the session that the browser has proved to hold. */
  readonly id: string | undefined;
  readonly subject: string | undefined;
}

/** The events of one browser's session, filtered from those of the whole server. */
export interface SessionEvents {
  /** The events since the last call, oldest first. */
  take(): readonly LoggedEvent[];
}

/**
 * Filters the events of a session, also those under the ids that it had before. Events of other sessions are left out.
 * `rejected` events are included, because they identify no one.
 */
export function sessionEvents(log: EventLog, { id, subject }: EventOwner): SessionEvents {
  const ids = new Set(id === undefined ? [] : [id]);
  // Newest first, because each id leads to the one before it.
  for (const { event } of log.after(0).toReversed()) {
    if (event.type === "regenerated" && ids.has(event.id)) ids.add(event.previousId);
  }
  let lastTaken = 0;
  return {
    take() {
      const entries = log.after(lastTaken);
      lastTaken = entries.at(-1)?.number ?? lastTaken;
      return entries.filter(({ event }) => isOf(event, ids, subject));
    },
  };
}

/** Whether after this event the browser may hold another cookie, or a cookie that is no longer valid. */
export function changesCookie({ type }: SessionEvent): boolean {
  return type === "regenerated" || type === "destroyed" || type === "revoked";
}

function isOf(event: SessionEvent, ids: ReadonlySet<string>, subject: string | undefined): boolean {
  if (event.type === "rejected") return true;
  if ("subject" in event) return event.subject === subject;
  if (event.type === "regenerated" && ids.has(event.previousId)) return true;
  return event.id !== undefined && ids.has(event.id);
}
