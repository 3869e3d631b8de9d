import { SessionError, type SessionInfo } from "@coatcheck/core";
import { assertOption } from "@coatcheck/core/toolkit";
import { type LoginFacts, loginOf, noteLogin } from "../login/login-info.ts";
import type { AccountExtension, AccountVisit } from "../manager/account-extension.ts";

/** The subject is logged in on as many devices as they may be. Thrown by `login`, or by the commit when logins raced. */
export class TooManySessionsError extends SessionError {
  readonly code = "TOO_MANY_SESSIONS";
}

/** What became of a session that was one too many. */
export type SessionLimitEvent =
  | { readonly type: "session-evicted"; readonly subject: string; readonly id: string }
  | { readonly type: "session-refused"; readonly subject: string };

/** Options of {@link sessionLimit}. */
export interface SessionLimitOptions {
  /** How many sessions a subject may have at once, 1 or more. */
  readonly max: number;
  /**
   * What a login does that is one too many: it ends the session of the oldest login, or it is refused with
   * `TOO_MANY_SESSIONS`. Refused, people who lost a device are kept out until its session ends.
   * @default "evict-oldest"
   */
  readonly onExceed?: "evict-oldest" | "refuse";
  /** Told at once; what it throws fails the request. @default none */
  readonly onEvent?: (event: SessionLimitEvent) => void;
}

/**
 * An extension that bounds how many sessions a subject has at once. A login that replaces a session of its own browser,
 * a step-up too, is no more than that one; sessions that `rememberMe` or `session.bind` made count as well, and are held
 * to it at their commit; those of one {@link LoginFacts.browser} count as one. On a store whose reads are strongly
 * consistent it holds whoever races. Put it behind `rememberMe`.
 *
 * A session that gets a new id is two for the moment of its commit. A login that is one too many by just that counts
 * both: it may end one session more than needed, or be refused, and can be tried again.
 *
 * @throws `INVALID_OPTION`; in a cookie mode the `AccountManager` throws `UNSUPPORTED`, and `login` does with a store
 *   that finds no subjects
 */
export function sessionLimit(options: SessionLimitOptions): AccountExtension {
  const { max, onExceed = "evict-oldest", onEvent = () => undefined } = options;
  assertOption(
    Number.isSafeInteger(max) && max >= 1,
    "sessionLimit: max must be a whole number of sessions, 1 or more",
  );
  assertOption(
    onExceed === "evict-oldest" || onExceed === "refuse",
    'sessionLimit: onExceed must be "evict-oldest" or "refuse"',
  );
  /** The latest place that a session which is about to begin has found. */
  const latest = new WeakMap<AccountVisit, number>();

  async function find(visit: AccountVisit, subject: string): Promise<SessionInfo[]> {
    const found = await visit.sessions.list(subject);
    // With the one that a login replaces: for a moment both are there, and it must be the old one that goes first.
    latest.set(visit, Math.max(...found.map(placeOf)));
    return found;
  }

  // By the clock alone, a login on a server whose clock is behind would be the oldest, and the one to go.
  function takePlace(visit: AccountVisit): void {
    const { session } = visit;
    const { authenticatedAt, createdAt } = session;
    const place = (latest.get(visit) ?? 0) + 1;
    if (place > (authenticatedAt ?? createdAt)) noteLogin(session, { ...loginOf(session), orderedAt: place });
  }

  function refuse(subject: string): never {
    onEvent({ type: "session-refused", subject });
    throw new TooManySessionsError(`No more than ${max} sessions of a subject at once: end another one first.`);
  }

  return {
    lists: true,

    async opened(visit) {
      const { isNew, subject } = visit.session;
      if (!isNew || subject === undefined) return;
      await find(visit, subject);
      takePlace(visit);
    },

    async admit(visit, subject, browser) {
      const others = (await find(visit, subject)).filter(({ id }) => id !== visit.session.id);
      const browsers = new Set(others.map(browserOf));
      if (onExceed === "refuse" && browsers.size >= max && !browsers.has(browser ?? "")) refuse(subject);
    },

    loggedIn: takePlace,

    // Whoever races puts all sessions that it finds in one and the same order, and each has written its own before it
    // looks. So the one that wrote last finds all of them, and what is within `max` for it was so for all the others.
    async committed({ session, sessions }, { hasNewId }) {
      const { id: own, subject } = session;
      if (!hasNewId || subject === undefined) return;
      const found = (await sessions.list(subject)).sort(byPlace);
      // A browser's place is that of its oldest session, which those that join it do not change.
      const browsers = [...new Set(found.map(browserOf))];
      const ended = onExceed === "refuse" ? browsers.slice(max) : browsers.slice(0, Math.max(0, browsers.length - max));
      const beyond = found.filter((info) => ended.includes(browserOf(info)));
      if (onExceed === "refuse" && beyond.some(({ id }) => id === own)) refuse(subject);
      for (const { id } of beyond) {
        if (await sessions.revoke(id)) onEvent({ type: "session-evicted", subject, id });
      }
    },
  };
}

function placeOf({ login, authenticatedAt, createdAt }: SessionInfo): number {
  const { orderedAt }: LoginFacts = Object(login);
  return orderedAt ?? authenticatedAt ?? createdAt;
}

/** What is counted: a browser of which several sessions are known to be, or a session. */
function browserOf({ id, login }: SessionInfo): string {
  const { browser }: LoginFacts = Object(login);
  return browser ?? id;
}

/** Oldest first; where instants are the same by id, so that everybody sees the same order. */
function byPlace(a: SessionInfo, b: SessionInfo): number {
  return placeOf(a) - placeOf(b) || (a.id < b.id ? -1 : 1);
}
