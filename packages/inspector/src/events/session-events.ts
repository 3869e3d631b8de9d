import type { SessionEvent } from "@coatcheck/core";
import type { EventLog, LoggedEvent } from "./event-log.ts";

/** Whose events may be shown. */
export interface TrailOwner {
  /** `Session.id` of the session that the browser has proved to hold. */
  readonly id: string | undefined;
  readonly subject: string | undefined;
}

/** The events of one browser's session, out of those of a whole server. */
export interface EventTrail {
  /** Those that were not taken yet, oldest first. */
  take(): readonly LoggedEvent[];
}

/**
 * Follows a session back through the ids it had before. What happened to other sessions is left out; a `rejected` event,
 * which says nothing of anybody, is not.
 */
export function eventTrail(log: EventLog, { id, subject }: TrailOwner): EventTrail {
  const ids = new Set(id === undefined ? [] : [id]);
  // From the newest on, for an id leads to an older one.
  for (const { event } of log.after(0).toReversed()) {
    if (event.type === "regenerated" && ids.has(event.id)) ids.add(event.previousId);
  }
  let taken = 0;
  return {
    take() {
      const entries = log.after(taken);
      taken = entries.at(-1)?.number ?? taken;
      return entries.filter(({ event }) => isOf(event, ids, subject));
    },
  };
}

function isOf(event: SessionEvent, ids: ReadonlySet<string>, subject: string | undefined): boolean {
  if (event.type === "rejected") return true;
  if ("subject" in event) return event.subject === subject;
  if (event.type === "regenerated" && ids.has(event.previousId)) return true;
  return event.id !== undefined && ids.has(event.id);
}

/** Whether after this event the browser may hold another cookie, or one that is good no longer. */
export function isTurn({ type }: SessionEvent): boolean {
  return type === "regenerated" || type === "destroyed" || type === "revoked";
}
