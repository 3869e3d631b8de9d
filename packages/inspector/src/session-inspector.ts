import { type SessionEventListener, SessionManager, type SessionManagerOptions } from "@coatcheck/core";
import { assertOption, sha256, toBase64Url } from "@coatcheck/core/toolkit";
import { type CookieInspection, inspectCookie } from "./cookie/inspect-cookie.ts";
import { eventLog } from "./events/event-log.ts";
import { eventStream } from "./events/event-stream.ts";
import { sessionEvents } from "./events/session-events.ts";
import { checkAccess, type InspectorGuard } from "./page/access.ts";
import { describeFailure } from "./page/describe-failure.ts";
import { renderPage } from "./page/page.ts";
import { denialResponse, pageResponse, streamResponse } from "./page/responses.ts";

/** Options of {@link sessionInspector}. */
export interface SessionInspectorOptions {
  /**
   * Decides alone who may see the page, for example by a login. Without a guard, the page is shown on localhost only, to
   * requests that came through no proxy. A request cannot prove either, so use a guard outside development.
   */
  readonly guard?: InspectorGuard;
}

/** A page about the session of the browser that opens it. */
export interface SessionInspector {
  /**
   * Answers a request with the page, or with a stream of the session's events if the URL has `?events`. Mount it at any
   * path. It stores nothing, extends no session and sets no cookie.
   */
  readonly fetch: (request: Request) => Promise<Response>;
  /** The manager's `onEvent`. Records the event, and calls the `onEvent` of the options, if there is one. */
  readonly onEvent: SessionEventListener;
}

/**
 * A page that shows developers the session of their browser: the cookie, the stored session, the timeouts, the latest
 * events, and why the cookie was rejected.
 *
 * @param options - the options of the manager, or of the `AccountManager`
 * @throws as the constructor of `SessionManager` does
 */
export function sessionInspector<Data extends object>(
  options: SessionManagerOptions<Data>,
  { guard }: SessionInspectorOptions = {},
): SessionInspector {
  assertOption(guard === undefined || typeof guard === "function", "guard must be a function of the request");
  // Checks the options.
  new SessionManager(options);
  const now = options.now ?? Date.now;
  const log = eventLog();

  return {
    onEvent(event) {
      log.add(event, now());
      options.onEvent?.(event);
    },

    async fetch(request) {
      const denied = await checkAccess(request, guard);
      if (denied) return denialResponse(denied);
      const inspection = await inspectCookie(options, request);
      const { verdict, id, loaded } = inspection;
      const isAccepted = verdict.type === "accepted";
      const events = sessionEvents(log, { id, subject: isAccepted ? loaded?.session.subject : undefined });
      const revision = await revisionOf(inspection);
      if (new URL(request.url).searchParams.has("events")) {
        return streamResponse(eventStream(request.signal, { events, revision, isAccepted }));
      }
      const nonce = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
      return pageResponse(renderPage({ options, inspection, events, revision, nonce }), nonce);
    },
  };
}

/** Stays the same as long as the page need not be reloaded. A hash, because it may contain an id. */
async function revisionOf({ verdict, id, loaded }: CookieInspection): Promise<string> {
  const shown = verdict.type === "failed" ? describeFailure(verdict.error) : verdict;
  return (await sha256(JSON.stringify([shown, id, loaded?.session.version]))).slice(0, 12);
}
