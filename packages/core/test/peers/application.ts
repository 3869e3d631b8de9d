import { type Session, type SessionEvent, SessionManager, type SessionManagerOptions } from "@coatcheck/core";
import { type Browser, browser, type FakeClock, fakeClock } from "@coatcheck/testing";

/** A request, and what its handler does with the session. */
export interface Ask extends RequestInit {
  /** @default "/" */
  readonly path?: string;
}

/** What came of a request. */
export interface Answer<Result> {
  readonly response: Response;
  /** The `Set-Cookie` lines. */
  readonly cookies: readonly string[];
  /** What the handler returned. */
  readonly result: Result;
}

/** Somebody with a browser. */
export interface Guest {
  readonly client: Browser;
  /** Sends a request. When its handler returns a `Response`, that is the answer. */
  ask<Result>(act: (session: Session) => Result, about?: Ask): Promise<Answer<Awaited<Result>>>;
}

/** One application behind the front door that all suites of other libraries are asked at. */
export interface Application {
  readonly sessions: SessionManager;
  readonly clock: FakeClock;
  readonly events: readonly SessionEvent[];
  guest(): Guest;
}

/** @param options - those of the manager; the clock is a fake one, which starts the same each time */
export function application(options: SessionManagerOptions): Application {
  const clock = fakeClock();
  const events: SessionEvent[] = [];
  const sessions = new SessionManager({ now: clock.now, onEvent: (event) => events.push(event), ...options });
  return { sessions, clock, events, guest: () => guestOf(sessions) };
}

/** A visitor of whatever opens, handles and commits. */
export function guestOf(sessions: Pick<SessionManager, "handle">): Guest {
  const acts: ((session: Session) => Promise<Response>)[] = [];
  const client = browser({
    fetch: (request) =>
      sessions.handle(request, async (pending) => {
        const session = await pending;
        const act = acts[Number(request.headers.get("X-Act"))];
        return act ? act(session) : new Response("nobody asked for anything");
      }),
  });
  return {
    client,
    async ask<Result>(act: (session: Session) => Result, { path = "/", ...init }: Ask = {}) {
      let done: { readonly result: Awaited<Result> } | undefined;
      acts.push(async (session) => {
        const result = await act(session);
        done = { result };
        return result instanceof Response ? result : new Response("done");
      });
      const headers = new Headers(init.headers);
      headers.set("X-Act", `${acts.length - 1}`);
      const response = await client.fetch(path, { ...init, headers });
      if (done === undefined) throw new Error("The handler was not called, or did not come to its end.");
      return { response, cookies: response.headers.getSetCookie(), result: done.result };
    },
  };
}

/** All data of a session. */
export function dataOf(session: Session): Record<string, unknown> {
  return Object.fromEntries(session.entries());
}
