import type { SessionEvent } from "@coatcheck/core";

/** An event, and when it happened. */
export interface LoggedEvent {
  readonly event: SessionEvent;
  /** Epoch milliseconds, by the manager's clock. */
  readonly at: number;
  /** Events are numbered in the order in which they happen. */
  readonly number: number;
}

/** The latest events of a manager. */
export interface EventLog {
  add(event: SessionEvent, at: number): void;
  /** The events after that number, oldest first. */
  after(number: number): readonly LoggedEvent[];
}

/** How many events of sessions the log holds. */
const MAX_EVENTS = 500;

/** How many `rejected` events it holds. They have their own limit, so that forged cookies cannot push out other events. */
const MAX_REJECTIONS = 50;

/** A log of bounded length. */
export function eventLog(): EventLog {
  const rejections: LoggedEvent[] = [];
  const others: LoggedEvent[] = [];
  let lastNumber = 0;
  return {
    add(event, at) {
      lastNumber += 1;
      const isRejection = event.type === "rejected";
      const entries = isRejection ? rejections : others;
      entries.push({ event, at, number: lastNumber });
      if (entries.length > (isRejection ? MAX_REJECTIONS : MAX_EVENTS)) entries.shift();
    },

    after(number) {
      if (number === lastNumber) return [];
      return [...rejections, ...others].filter((entry) => entry.number > number).sort((a, b) => a.number - b.number);
    },
  };
}
