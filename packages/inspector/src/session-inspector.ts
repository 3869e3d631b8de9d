import { type SessionEventListener, SessionManager, type SessionManagerOptions } from "@coatcheck/core";
import { assertOption, sha256 } from "@coatcheck/core/toolkit";
import { type Inspection, inspect } from "./cookie/inspect-cookie.ts";
import { eventLog } from "./events/event-log.ts";
import { eventStream } from "./events/event-stream.ts";
import { eventTrail } from "./events/session-events.ts";
import { type InspectorGuard, type Refusal, refusalOf } from "./page/access.ts";
import { pageOf } from "./page/page.ts";

/** Options of {@link sessionInspector}. */
export interface SessionInspectorOptions {
  /**
   * Decides alone who may see the page, by a login say. Without it, the page is shown on localhost only, to requests that
   * came through no proxy, as far as a request can tell.
   */
  readonly guard?: InspectorGuard;
}

/** What {@link sessionInspector} makes. */
export interface SessionInspector {
  /**
   * Answers a request for the page with it, and with the session's events where its URL has `?events`; to be mounted at
   * any path. Nothing is stored, touched or set.
   */
  readonly fetch: (request: Request) => Promise<Response>;
  /** To be given to the manager. Notes the event, and hands it on to the `onEvent` of the options, if there is one. */
  readonly onEvent: SessionEventListener;
}

/**
 * A page for developers about the session of whoever opens it: the cookie, what is stored, the timeouts, the last events,
 * and why the cookie was not honoured.
 *
 * @param options - those of the manager; an `AccountManager`'s too
 * @throws as `SessionManager` does
 */
export function sessionInspector<Data extends object>(
  options: SessionManagerOptions<Data>,
  { guard }: SessionInspectorOptions = {},
): SessionInspector {
  assertOption(guard === undefined || typeof guard === "function", "guard must be a function of the request");
  new SessionManager(options);
  const now = options.now ?? Date.now;
  const log = eventLog();

  return {
    onEvent(event) {
      log.add(event, now());
      options.onEvent?.(event);
    },

    async fetch(request) {
      const refusal = await refusalOf(request, guard);
      if (refusal) return refuse(refusal);
      const inspection = await inspect(options, request);
      const { verdict, id, kept } = inspection;
      const trail = eventTrail(log, { id, subject: verdict.type === "honoured" ? kept?.session.subject : undefined });
      const standing = await standingOf(inspection);
      if (new URL(request.url).searchParams.has("events")) {
        const stream = eventStream(request.signal, { trail, standing, isHonoured: verdict.type === "honoured" });
        return new Response(stream, { headers: { ...HEADERS, "Content-Type": "text/event-stream" } });
      }
      const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
      return new Response(pageOf({ options, inspection, trail, standing, nonce }), {
        headers: {
          ...HEADERS,
          "Content-Type": "text/html; charset=utf-8",
          "Content-Security-Policy": policyOf(nonce),
        },
      });
    },
  };
}

/** No cache keeps the page, no other site frames or loads it, and nothing on it is taken for what it is not. */
const HEADERS = {
  "Cache-Control": "no-store",
  Vary: "Cookie",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  // Of proxies that would hold back a stream until it has ended.
  "X-Accel-Buffering": "no",
};

function policyOf(nonce: string): string {
  return [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function refuse({ status, message }: Refusal): Response {
  const headers = { ...HEADERS, "Content-Type": "text/plain; charset=utf-8", "Content-Security-Policy": policyOf("") };
  return new Response(`${message}\n`, { status, headers: status === 405 ? { ...headers, Allow: "GET" } : headers });
}

/** The same as long as the page that shows the inspection need not be loaded again. A hash, for an id may be in it. */
async function standingOf({ verdict, id, kept }: Inspection): Promise<string> {
  return (await sha256(JSON.stringify([verdict, id, kept?.session.version]))).slice(0, 12);
}
