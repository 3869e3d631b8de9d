import type { SetCookies } from "../cookies/response-headers.ts";
import type { LoadedSession } from "../modes/backend.ts";
import { isExtension } from "../session/lifetime.ts";
import type { ManagerContext } from "../session/options.ts";
import type { SessionState } from "../session/session-state.ts";

/**
 * The cookies to set after the commit: those of the saved session, unless the browser has them already, and the removal
 * of those of an ended one.
 *
 * @param before - the session as it was loaded
 */
export function setCookiesFor(state: SessionState, before: LoadedSession | undefined): SetCookies {
  const { saved, isDestroyed, draft, receivedCookies, scope } = state;
  const { context } = scope;
  if (saved === undefined && !isDestroyed) return new Map();
  if (saved !== undefined && isUpToDate(state, saved, before)) return new Map();

  const cookies = new Map<string, string>();
  const set = (name: string, value: string, maxAge: number | undefined) =>
    cookies.set(name, context.cookie.serialize(name, value, maxAge));
  // Also removes a part that is left over from a longer session: the browser would send it with every request.
  for (const name of receivedCookies) set(name, "", 0);
  if (saved === undefined) return cookies;
  const maxAge = draft.persistent ? secondsUntil(saved.session.expiresAt, context) : undefined;
  for (const [index, name] of context.backend.cookieNames.entries()) {
    const value = saved.cookieValues[index];
    if (value !== undefined) set(name, value, maxAge);
  }
  return cookies;
}

/** Whether the browser already has this cookie, with a lifetime that is long enough. */
function isUpToDate({ draft, scope }: SessionState, saved: LoadedSession, before: LoadedSession | undefined): boolean {
  const isSameValue = saved.cookieValues === before?.cookieValues && !before.needsReissue;
  const needsLaterEnd = draft.persistent && isExtension(scope.context, before, saved.session.expiresAt);
  return isSameValue && !needsLaterEnd && !draft.isPersistenceChanged();
}

/** Whole seconds, rounded up, and never negative. */
function secondsUntil(instant: number, { now }: ManagerContext): number {
  return Math.max(0, Math.ceil((instant - now()) / 1000));
}
