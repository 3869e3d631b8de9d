import { SessionError, type SessionInfo } from "@coatcheck/core";
import { assertOption } from "@coatcheck/core/toolkit";
import { loginOf, parseLoginInfo, setLoginInfo } from "../login/login-info.ts";
import type { AccountExtension, ExtensionContext, RequestExtension } from "../manager/account-extension.ts";

/** The subject has as many sessions as are allowed. Thrown by `login`, or by the commit when several logins raced. */
export class TooManySessionsError extends SessionError {
  readonly code = "TOO_MANY_SESSIONS";
}

/** What happened to a session above the limit. */
export type SessionLimitEvent =
  | { readonly type: "session-evicted"; readonly subject: string; readonly id: string }
  | { readonly type: "session-refused"; readonly subject: string };

/** Options of {@link sessionLimit}. */
export interface SessionLimitOptions {
  /** How many sessions a subject may have at once, 1 or more. */
  readonly max: number;
  /**
   * What a login above the limit does: it ends the session of the oldest login, or it fails with `TOO_MANY_SESSIONS`.
   * With `"refuse"`, users who lost a device cannot log in until its session ends.
   * @default "evict-oldest"
   */
  readonly onExceed?: "evict-oldest" | "refuse";
  /** Called synchronously for every event. An exception fails the request. @default none */
  readonly onEvent?: (event: SessionLimitEvent) => void;
}

/**
 * An extension that limits how many sessions a subject has at once. A login that replaces a session of its own browser,
 * such as a step-up, does not add one. Sessions that `rememberMe` or `session.bind` made count as well, and are checked
 * at their commit. Sessions with one {@link LoginInfo.browser} count as one. On a store with strongly consistent reads
 * the limit holds also when logins race. Put it after `rememberMe`.
 *
 * A session counts twice while its id is being replaced. A login in that moment may end one session too many, or be
 * refused although it would fit; it can be tried again.
 *
 * @throws `INVALID_OPTION`. In a cookie mode the `AccountManager` throws `UNSUPPORTED`, and with a store that has no
 *   subject index `login` does
 */
export function sessionLimit(options: SessionLimitOptions): AccountExtension {
  const { max, onExceed = "evict-oldest" } = options;
  assertOption(Number.isSafeInteger(max) && max >= 1, "sessionLimit: max must be a whole number, 1 or more");
  assertOption(
    onExceed === "evict-oldest" || onExceed === "refuse",
    'sessionLimit: onExceed must be "evict-oldest" or "refuse"',
  );
  return {
    needsListing: true,
    forRequest: (context) => limitRequest(options, context),
  };
}

function limitRequest(options: SessionLimitOptions, { session, sessions }: ExtensionContext): RequestExtension {
  const { max, onExceed = "evict-oldest", onEvent = () => undefined } = options;
  /** The position of the subject's newest login. */
  let newestOrder: number | undefined;

  async function list(subject: string): Promise<SessionInfo[]> {
    const found = await sessions.list(subject);
    // Includes the session that a login replaces. Both exist for a moment, and the old one has to be the older one.
    newestOrder = Math.max(...found.map(orderOf));
    return found;
  }

  // By the clock alone, a login on a server whose clock is behind would count as the oldest, and be evicted.
  function setOrder(): void {
    const { authenticatedAt, createdAt } = session;
    const orderedAt = (newestOrder ?? 0) + 1;
    if (orderedAt > (authenticatedAt ?? createdAt)) setLoginInfo(session, { ...loginOf(session), orderedAt });
  }

  function refuse(subject: string): never {
    onEvent({ type: "session-refused", subject });
    throw new TooManySessionsError(`A subject may have at most ${max} sessions at once. End another one first.`);
  }

  return {
    async onOpen() {
      const { isNew, subject } = session;
      if (!isNew || subject === undefined) return;
      await list(subject);
      setOrder();
    },

    async beforeLogin(subject, browser) {
      const others = (await list(subject)).filter(({ id }) => id !== session.id);
      const browsers = new Set(others.map(browserOf));
      if (onExceed === "refuse" && browsers.size >= max && !browsers.has(browser ?? "")) refuse(subject);
    },

    onLogin: setOrder,

    // Racing requests sort the sessions that they find in the same way, and each has written its own before it looks.
    // The last writer therefore finds all of them, and what it finds within the limit is within the limit for all
    // others.
    async onCommit({ hasNewId }) {
      const { id: ownId, subject } = session;
      if (!hasNewId || subject === undefined) return;
      const found = (await sessions.list(subject)).sort(byOrder);
      // A browser counts from its oldest session, so that sessions which join it later do not move it.
      const browsers = [...new Set(found.map(browserOf))];
      const excess =
        onExceed === "refuse" ? browsers.slice(max) : browsers.slice(0, Math.max(0, browsers.length - max));
      const excessSessions = found.filter((info) => excess.includes(browserOf(info)));
      if (onExceed === "refuse" && excessSessions.some(({ id }) => id === ownId)) refuse(subject);
      for (const { id } of excessSessions) {
        if (await sessions.revoke(id)) onEvent({ type: "session-evicted", subject, id });
      }
    },
  };
}

/** The position of a session's login among those of its subject. */
function orderOf({ login, authenticatedAt, createdAt }: SessionInfo): number {
  const { orderedAt } = parseLoginInfo(login);
  return orderedAt ?? authenticatedAt ?? createdAt;
}

/** What is counted: a browser, if several sessions are known to belong to it, or else the session. */
function browserOf({ id, login }: SessionInfo): string {
  const { browser } = parseLoginInfo(login);
  return browser ?? id;
}

/** Oldest first. By id at the same instant, so that all requests see the same order. */
function byOrder(a: SessionInfo, b: SessionInfo): number {
  return orderOf(a) - orderOf(b) || (a.id < b.id ? -1 : 1);
}
