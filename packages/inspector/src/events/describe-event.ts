import type { DropReason, SessionEvent } from "@coatcheck/core";
import type { LoggedEvent } from "./event-log.ts";

/** An event as the page and its script show it. It contains no id. */
export interface EventDescription {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly type: SessionEvent["type"];
  readonly text: string;
}

/** Describes an event in a sentence. */
export function describeEvent({ event, at }: LoggedEvent): EventDescription {
  return { at, type: event.type, text: textOf(event) };
}

function textOf(event: SessionEvent): string {
  switch (event.type) {
    case "created":
      return "The session was stored for the first time.";
    case "rejected":
      return `The cookie of a request was rejected (${event.reason}). The request may come from any browser.`;
    case "regenerated":
      return "The session got a new id. The former id is no longer valid.";
    case "destroyed":
      return "The session was ended.";
    case "revoked":
      return "subject" in event
        ? `Sessions of this subject were revoked${event.count === undefined ? "" : `: ${event.count}`}.`
        : "The session was revoked.";
    case "write-dropped":
      return DROPPED[event.reason];
    case "conflict-retried":
      return `Another request wrote first, so the changes were applied again on top of it (attempt ${event.attempt}).`;
    case "reissued":
      return "The cookie was issued again with the first secret of the list.";
  }
}

const DROPPED: Readonly<Record<DropReason, string>> = {
  gone: "The session ended while a request was running. The changes of that request were dropped.",
  undeliverable: "A response could not set a cookie. The changes of its request were dropped.",
};
