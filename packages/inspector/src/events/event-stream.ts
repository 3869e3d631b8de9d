import { describeEvent } from "./describe-event.ts";
import type { LoggedEvent } from "./event-log.ts";
import { changesCookie, type SessionEvents } from "./session-events.ts";

/** What a stream sends. */
export interface EventStreamSource {
  readonly events: SessionEvents;
  /** Identifies what the page shows. The page's script compares it with the page's own, to see whether that is current. */
  readonly revision: string;
  readonly isAccepted: boolean;
}

/** Milliseconds between two looks at the log. */
const POLL_INTERVAL = 200;

/** Milliseconds of silence after which a comment is sent. Bun closes connections that are idle for ten seconds. */
const HEARTBEAT = 5000;

/** Milliseconds after which the browser reconnects. By then it has received a response with a new cookie. */
const RETRY = 1000;

/**
 * Server-sent events: first the events in the log, then new ones as they happen. The stream polls the log with its own
 * timer, because in workerd a request cannot write to the response of another request. So there are no listeners that
 * could be left behind.
 *
 * The stream ends when the browser may have received another cookie, after a minute, and without an accepted cookie at
 * the first heartbeat. The browser then reconnects, and the cookie it sends decides which events it receives.
 */
export function eventStream(signal: AbortSignal, source: EventStreamSource): ReadableStream<Uint8Array> {
  const { events, revision, isAccepted } = source;
  const encoder = new TextEncoder();
  const lifetime = isAccepted ? 12 * HEARTBEAT : HEARTBEAT;
  let age = 0;
  let isOver = signal.aborted;
  let isCancelled = false;
  let wake = (): void => undefined;

  function finish(): void {
    isOver = true;
    signal.removeEventListener("abort", finish);
    wake();
  }

  function pause(): Promise<void> {
    age += POLL_INTERVAL;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_INTERVAL);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function next(): Promise<readonly LoggedEvent[]> {
    const silentSince = age;
    let entries = events.take();
    while (entries.length === 0 && !isOver && age - silentSince < HEARTBEAT) {
      await pause();
      entries = isOver ? [] : events.take();
    }
    return entries;
  }

  return new ReadableStream(
    {
      start(controller) {
        signal.addEventListener("abort", finish);
        // One message, so that the list is never shown empty when the browser reconnects.
        const opening = JSON.stringify({ revision, events: events.take().map(describeEvent) });
        controller.enqueue(encoder.encode(`retry: ${RETRY}\nevent: opening\ndata: ${opening}\n\n`));
      },

      // Called when the browser has read everything, so nothing accumulates for a slow one.
      async pull(controller) {
        const entries = await next();
        if (isCancelled) return;
        if (!isOver) controller.enqueue(encoder.encode(toMessages(entries) || ": nothing new\n\n"));
        if (!isOver && age < lifetime && !entries.some(({ event }) => changesCookie(event))) return;
        finish();
        controller.close();
      },

      cancel() {
        isCancelled = true;
        finish();
      },
    },
    { highWaterMark: 0 },
  );
}

/** JSON text contains no line breaks, so none of it can end a message early. */
function toMessages(entries: readonly LoggedEvent[]): string {
  return entries.map((entry) => `data: ${JSON.stringify(describeEvent(entry))}\n\n`).join("");
}
