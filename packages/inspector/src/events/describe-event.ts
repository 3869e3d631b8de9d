import type { DropReason, SessionEvent } from "@coatcheck/core";
import type { LoggedEvent } from "./event-log.ts";

/** An event in words, as the page and its script show it. No id is in it. */
export interface EventWords {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly type: SessionEvent["type"];
  readonly text: string;
}

const DROPPED: Readonly<Record<DropReason, string>> = {
  gone: "The session ended while a request ran. What that request wrote was dropped.",
  undeliverable: "A response that can set no cookie dropped what its request wrote.",
};

export function wordsOf({ event, at }: LoggedEvent): EventWords {
  return { at, type: event.type, text: textOf(event) };
}

function textOf(event: SessionEvent): string {
  switch (event.type) {
    case "created":
      return "The session was kept for the first time.";
    case "rejected":
      return `A request to this server, whoever sent it: its cookie was not honoured (${event.reason}).`;
    case "regenerated":
      return "The session was given a new id; the former one is dead.";
    case "destroyed":
      return "The session was ended.";
    case "revoked":
      return "subject" in event
        ? `Sessions of this subject were revoked${event.count === undefined ? "" : `: ${event.count}`}.`
        : "The session was revoked.";
    case "write-dropped":
      return DROPPED[event.reason];
    case "conflict-retried":
      return `Another request wrote first; the changes were made again on top of its own (attempt ${event.attempt}).`;
    case "reissued":
      return "The cookie was made anew under the first secret of the list.";
  }
}
