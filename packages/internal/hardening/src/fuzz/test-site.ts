import { deepStrictEqual } from "node:assert";
import { type SessionEvent, SessionManager, type SessionManagerOptions } from "@coatcheck/core";
import { sessionTransaction } from "@coatcheck/testing";

/** The time of all targets. The clock stands still, so that an input has the same outcome each time. */
export const NOW = 1_800_000_000_000;

/** Fixed secrets. Sessions sealed with them end with the run. */
export const SECRETS: readonly string[] = ["Qm7xv2Lk9RtZ4pWc8NdF3sHg", "Yb5uKe1MjX6oTf0VqPz2aRwD"].map(
  (half) => half + half.toLowerCase(),
);

/** An application whose sessions hold the name of their owner. */
export interface TestSite {
  /** The name of its session cookie. */
  readonly name: string;
  /** Creates a session, and resolves to the values of its cookies. */
  newCookieValues(owner: string, data?: object): Promise<readonly string[]>;
  /** Sends a request with this `Cookie` header. */
  request(cookieHeader: string): Promise<SiteReply>;
}

/** How the site treated a request. */
export interface SiteReply {
  /** The owner in the session; `undefined` for a new session. */
  readonly owner: unknown;
  /** The types of all events; for rejected cookies, the reasons. */
  readonly events: readonly string[];
  readonly setCookies: number;
}

export function openTestSite(name: string, mode: SessionManagerOptions["mode"]): TestSite {
  const events: SessionEvent[] = [];
  const options = { mode, cookie: { name }, now: () => NOW, onEvent: (event: SessionEvent) => void events.push(event) };
  const sessions = new SessionManager(options);
  return {
    name,

    async newCookieValues(owner, data = {}) {
      const header = await sessionTransaction(sessions, (session) => {
        for (const [key, value] of Object.entries({ owner, ...data })) session.set(key, value);
      });
      return header.split("; ").map((pair) => pair.slice(pair.indexOf("=") + 1));
    },

    async request(cookieHeader) {
      events.length = 0;
      let owner: unknown;
      const response = await sessions.handle(requestWith(cookieHeader), async (pending) => {
        const session = await pending;
        owner = session.get("owner");
        if (owner === undefined) deepStrictEqual([session.isNew, session.size, session.subject], [true, 0, undefined]);
        return new Response(null, { status: 204 });
      });
      deepStrictEqual([response.status, response.headers.get("Vary")], [204, "Cookie"]);
      return { owner, events: events.map(eventName), setCookies: response.headers.getSetCookie().length };
    },
  };
}

/** Asserts that the request counted as one without a session cookie: a new session, no event, and no `Set-Cookie`. */
export function assertAnonymous(reply: SiteReply): void {
  deepStrictEqual(reply, { owner: undefined, events: [], setCookies: 0 });
}

/** Asserts that the cookie was rejected: a new session, one event with one of these reasons, and no `Set-Cookie`. */
export function assertRejected({ events, ...rest }: SiteReply, reasons: readonly string[]): void {
  deepStrictEqual(rest, { owner: undefined, setCookies: 0 });
  deepStrictEqual([events.length, reasons.includes(events[0] ?? "")], [1, true]);
}

/** The type of an event; for a rejected cookie, the reason. */
export function eventName(event: SessionEvent): string {
  return event.type === "rejected" ? event.reason : event.type;
}

/** A request that holds characters which `Headers` would refuse, as a lenient server passes it on. */
function requestWith(cookieHeader: string): Request {
  return { headers: { get: (name: string) => (name.toLowerCase() === "cookie" ? cookieHeader : null) } } as Request;
}
