import { cookieValues } from "./cookie-header.ts";
import { MAX_COOKIE_BYTES, type ResolvedCookie } from "./cookie-options.ts";

/** How a ticket is spread over several cookies, where the mode allows that. */
export interface Chunking {
  /** All names that may be used, the cookie's own first. */
  readonly names: readonly string[];
  /** Puts together what {@link split} made; `undefined` when a part is missing. */
  join(head: string, header: string): string | undefined;
  /** The parts by cookie name; `undefined` when they are too many. */
  split(ticket: string): ReadonlyMap<string, string> | undefined;
}

/** What a request brought under our name. */
export interface TicketFound {
  /** The ticket, `undefined` when there is none or it cannot be honoured. */
  readonly ticket?: string | undefined;
  readonly rejected?: "duplicate-cookie" | "malformed";
  /** The names of our cookies that the browser holds. */
  readonly names: readonly string[];
}

/** Finds the ticket in a Cookie header. */
export function readTicket(header: string, cookie: ResolvedCookie, chunking: Chunking | undefined): TicketFound {
  const found = (chunking?.names ?? [cookie.name]).map((name) => ({ name, values: cookieValues(header, name) }));
  const names = found.filter(({ values }) => values.length > 0).map(({ name }) => name);
  // With several of a name that can exist once, one was planted. A name without that promise may exist once per path
  // and domain; browsers send the most specific path first.
  if (cookie.isHostOnly && found.some(({ values }) => values.length > 1))
    return { rejected: "duplicate-cookie", names };
  const head = found[0]?.values[0];
  if (!head) return { names };
  const ticket = chunking === undefined ? head : chunking.join(head, header);
  return ticket === undefined ? { rejected: "malformed", names } : { ticket, names };
}

/** The cookies that hold a ticket, by name; `undefined` when it is too large for them. */
export function splitTicket(
  ticket: string,
  cookie: ResolvedCookie,
  chunking: Chunking | undefined,
): ReadonlyMap<string, string> | undefined {
  const fits = cookie.name.length + ticket.length <= MAX_COOKIE_BYTES;
  return fits ? new Map([[cookie.name, ticket]]) : chunking?.split(ticket);
}
