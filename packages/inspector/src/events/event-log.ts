import type { SessionEvent } from "@coatcheck/core";

/** An event, and when it happened. */
export interface LoggedEvent {
  readonly event: SessionEvent;
  /** Epoch milliseconds, by the manager's clock. */
  readonly at: number;
  /** Counts all events; later ones have higher numbers. */
  readonly number: number;
}

/** The last events of a manager. */
export interface EventLog {
  add(event: SessionEvent, at: number): void;
  /** Those after that number, oldest first. */
  after(number: number): readonly LoggedEvent[];
}

/** Events of sessions that are kept. */
const MAX_EVENTS = 500;

/** Of `rejected` events. They are bounded on their own, for whoever sends bogus cookies must not push out the others. */
const MAX_REJECTIONS = 50;

/** A log of bounded length. */
export function eventLog(): EventLog {
  const entries: LoggedEvent[] = [];
  const kept = { rejections: 0, others: 0 };
  let last = 0;
  return {
    add(event, at) {
      last += 1;
      entries.push({ event, at, number: last });
      const isRejection = event.type === "rejected";
      const kind = isRejection ? "rejections" : "others";
      if (kept[kind] === (isRejection ? MAX_REJECTIONS : MAX_EVENTS)) {
        entries.splice(
          entries.findIndex((entry) => (entry.event.type === "rejected") === isRejection),
          1,
        );
      } else {
        kept[kind] += 1;
      }
    },
    after: (number) => (last === number ? [] : entries.filter((entry) => entry.number > number)),
  };
}
