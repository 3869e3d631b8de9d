import { wordsOf } from "./describe-event.ts";
import type { LoggedEvent } from "./event-log.ts";
import { type EventTrail, isTurn } from "./session-events.ts";

/** What a stream tells of. */
export interface StreamSubject {
  readonly trail: EventTrail;
  /** Stands for what the cookie is worth; the page's script compares it with what it was worth when the page was made. */
  readonly standing: string;
  readonly isHonoured: boolean;
}

/** Milliseconds between two looks at the log. */
const STEP = 200;

/** Milliseconds of silence after which something is sent: Bun closes what is idle for ten seconds. */
const HEARTBEAT = 5000;

/** Milliseconds after which a browser comes again: a response with a new cookie has reached it by then. */
const RETRY = 1000;

/**
 * Server-sent events: first what the log holds, then what happens. The log is looked at by the stream's own timer, for
 * in workerd a request cannot write to the response of another one; so nobody listens, and no listener can be left behind.
 *
 * The stream ends when the browser may have another cookie from now on, after a minute, and where no cookie is honoured
 * at the first heartbeat. The browser then comes again, and what it may see is worked out from the cookie it brings.
 */
export function eventStream(signal: AbortSignal, subject: StreamSubject): ReadableStream<Uint8Array> {
  const { trail, standing, isHonoured } = subject;
  const encoder = new TextEncoder();
  const lifetime = isHonoured ? 12 * HEARTBEAT : HEARTBEAT;
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
    age += STEP;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, STEP);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function next(): Promise<readonly LoggedEvent[]> {
    const silentSince = age;
    let entries = trail.take();
    while (entries.length === 0 && !isOver && age - silentSince < HEARTBEAT) {
      await pause();
      entries = isOver ? [] : trail.take();
    }
    return entries;
  }

  return new ReadableStream(
    {
      start(controller) {
        signal.addEventListener("abort", finish);
        // In one message, so that the list is never seen empty when a browser comes again.
        const opening = JSON.stringify({ standing, events: trail.take().map(wordsOf) });
        controller.enqueue(encoder.encode(`retry: ${RETRY}\nevent: opening\ndata: ${opening}\n\n`));
      },

      // Called when the browser has taken what there was: nothing piles up for a slow one.
      async pull(controller) {
        const entries = await next();
        if (isCancelled) return;
        if (!isOver) controller.enqueue(encoder.encode(toMessages(entries) || ": nothing new\n\n"));
        if (!isOver && age < lifetime && !entries.some(({ event }) => isTurn(event))) return;
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

/** JSON has no line breaks, so none ends a message before its time. */
function toMessages(entries: readonly LoggedEvent[]): string {
  return entries.map((entry) => `data: ${JSON.stringify(wordsOf(entry))}\n\n`).join("");
}
