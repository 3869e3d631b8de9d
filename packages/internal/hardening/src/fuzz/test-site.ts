import { deepStrictEqual } from "node:assert";
import { type SessionEvent, SessionManager, type SessionManagerOptions } from "@coatcheck/core";
import { sessionTransaction } from "@coatcheck/testing";

/** An instant for all targets: with a clock that stands, an input does the same each time. */
export const NOW = 1_800_000_000_000;

/** The same in each run; the sessions under it end with the run. */
export const SECRETS: readonly string[] = ["Qm7xv2Lk9RtZ4pWc8NdF3sHg", "Yb5uKe1MjX6oTf0VqPz2aRwD"].map(
  (half) => half + half.toLowerCase(),
);

/** Tickets by the names of whose they are, each over as many cookies as it takes. */
export type Tickets = Readonly<Record<string, readonly string[]>>;

/** What a request got. */
export interface Visit {
  /** Whose session; "nobody" for a new one. */
  readonly who: unknown;
  /** What events there were, and why cookies were rejected. */
  readonly events: readonly string[];
  readonly setCookies: number;
}

/** An application with one session that says who it is of. */
export interface Site {
  readonly name: string;
  /** The ticket of a new session, by its cookies. */
  ticketOf(who: string, data?: object): Promise<readonly string[]>;
  visit(cookie: string): Promise<Visit>;
}

export function openSite(name: string, mode: SessionManagerOptions["mode"]): Site {
  const events: SessionEvent[] = [];
  const options = { mode, cookie: { name }, now: () => NOW, onEvent: (event: SessionEvent) => void events.push(event) };
  const sessions = new SessionManager(options);
  return {
    name,

    async ticketOf(who, data = {}) {
      const cookie = await sessionTransaction(sessions, (session) => {
        for (const [key, value] of Object.entries({ who, ...data })) session.set(key, value);
      });
      return cookie.split("; ").map((pair) => pair.slice(pair.indexOf("=") + 1));
    },

    async visit(cookie) {
      events.length = 0;
      let who: unknown;
      const response = await sessions.handle(requestWith(cookie), async (pending) => {
        const session = await pending;
        who = session.get("who") ?? "nobody";
        if (who === "nobody") deepStrictEqual([session.isNew, session.size, session.subject], [true, 0, undefined]);
        return new Response(null, { status: 204 });
      });
      deepStrictEqual([response.status, response.headers.get("Vary")], [204, "Cookie"]);
      return {
        who,
        events: events.map((event) => (event.type === "rejected" ? event.reason : event.type)),
        setCookies: response.headers.getSetCookie().length,
      };
    },
  };
}

/** What every refused cookie comes to, but for the reason: a new session, one event, and the cookie stays. */
export function assertRefused(visit: Visit, reasons: readonly string[]): void {
  const { events, ...rest } = visit;
  deepStrictEqual(rest, { who: "nobody", setCookies: 0 });
  deepStrictEqual([events.length, reasons.includes(events[0] ?? "")], [1, true]);
}

/**
 * Puts tickets where an input names them: `{ann}` is Ann's, `{ann1}` the second of her cookies, `{ann.2}` the third part of
 * one between its dots, `{ann:3-9}` some of its characters, and of each with `^` behind the last bit is another. So a
 * corpus outlives the tickets of one run.
 */
export function fill(template: string, tickets: Tickets): string {
  const placeholder = /\{([a-z]+)(\d?)(?:\.(\d))?(?::(\d{1,5})-(\d{1,5}))?(\^?)\}/g;
  return template.replace(placeholder, (whole, name, index, dot, from, to, turn) => {
    const ticket = Object.hasOwn(tickets, name) ? tickets[name]?.[Number(index)] : undefined;
    if (ticket === undefined) return whole;
    const part = dot === undefined ? ticket : (ticket.split(".")[Number(dot)] ?? "");
    const piece = from === undefined ? part : part.slice(Number(from), Number(to));
    return turn === "" ? piece : turnLastBit(piece);
  });
}

/** Of base64url: a lenient decoder may read the same bytes, for the bit may be a spare one. */
function turnLastBit(text: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.slice(0, -1) + (alphabet[alphabet.indexOf(text.slice(-1)) ^ 1] ?? "");
}

/** A request as a server hands it on that lets through what `Headers` would refuse. */
function requestWith(cookie: string): Request {
  return { headers: { get: (name: string) => (name.toLowerCase() === "cookie" ? cookie : null) } } as Request;
}
