import type { SetCookies } from "../cookies/response-headers.ts";
import type { DropReason } from "../events.ts";
import { expiryOf, isExtension } from "../session/lifetime.ts";
import type { RequestHooks } from "../session/request-hooks.ts";
import type { RequestScope, SessionState } from "../session/session-state.ts";
import { type Change, isEmpty, saveSession } from "./save.ts";
import { setCookiesFor } from "./set-cookies.ts";

/** What the commit has to know about the response. */
export interface ResponseFacts {
  /** The handler threw, or answered 500 or above. */
  readonly isFailure: boolean;
  readonly canSetCookies: boolean;
}

const NO_COOKIES: SetCookies = new Map();

/**
 * Ends the session's part in a request: writes what changed, lets the hooks take part, and returns the cookies to set.
 *
 * @throws `STORE_FAILED`, `SESSION_CONFLICT`, `SESSION_TOO_LARGE`, `NOT_SERIALIZABLE`, and what a hook throws. No cookie
 * leaves then
 */
export async function commitRequest(scope: RequestScope, response: ResponseFacts): Promise<SetCookies> {
  // A session that failed to load has rejected the handler's await, and there is nothing to write.
  const state = await scope.state?.catch(() => undefined);
  if (state === undefined) return NO_COOKIES;
  const { hooks } = scope;
  if (hooks === undefined) return commitSession(state, response);

  const wasShown = await scope.session?.then(
    () => true,
    () => false,
  );
  if (!wasShown) {
    // A hook refused the session to the handler. Nothing that hooks did to it may take effect, except that it ended.
    await endDestroyed(state);
    return NO_COOKIES;
  }
  return commitWithHooks(state, response, hooks);
}

/** What changed, save it, which cookies: the store confirms a write before its cookie leaves. */
async function commitSession(state: SessionState, response: ResponseFacts): Promise<SetCookies> {
  const { backend, commitOnError } = state.scope.context;
  const { loaded } = state;
  const canCommit = commitOnError || !response.isFailure;

  await endDestroyed(state);

  const change = canCommit ? changeOf(state) : undefined;
  if (change === undefined) {
    if (canCommit) state.saved = loaded;
    reportSaved(state, loaded);
    return setCookiesFor(state, loaded);
  }

  const needsCookie = change === "create" || change === "replace" || backend.isCookieOnly === true;
  if (needsCookie && !response.canSetCookies) {
    if (change !== "touch") reportDropped(state, "undeliverable");
    return NO_COOKIES;
  }

  const result = await saveSession(state, change);
  if (result === "deleted") endEmptied(state);
  else if (result !== "gone") state.saved = result;
  else if (change !== "touch") reportDropped(state, "gone");
  reportSaved(state, loaded);
  return setCookiesFor(state, state.loaded);
}

/** What has to be written, if anything. */
function changeOf(state: SessionState): Change | undefined {
  const { loaded, draft, newId, scope } = state;
  const { context } = scope;
  if (loaded === undefined) return isEmpty(state) ? undefined : "create";
  if (newId !== undefined && !isEmpty(state)) return "replace";
  if (draft.isChanged()) return isEmpty(state) ? "delete" : "update";
  const needsNewCookie = loaded.needsReissue && context.backend.isCookieOnly === true;
  return needsNewCookie || isExtension(context, loaded, expiryOf(state)) ? "touch" : undefined;
}

/** Ends the session that `destroy` was called on, whatever else the request does. */
async function endDestroyed({ destroyed, scope }: SessionState): Promise<void> {
  if (destroyed === undefined) return;
  const { backend, emit } = scope.context;
  await backend.delete(destroyed, false);
  emit({ type: "destroyed", id: destroyed.id });
}

/** A session that was left empty has been deleted. */
function endEmptied(state: SessionState): void {
  const { loaded, scope } = state;
  state.loaded = undefined;
  state.isDestroyed = true;
  if (loaded !== undefined) scope.context.emit({ type: "destroyed", id: loaded.id });
}

function reportSaved({ saved, scope }: SessionState, loaded: SessionState["loaded"]): void {
  if (saved === undefined) return;
  const { emit } = scope.context;
  if (loaded === undefined) emit({ type: "created", id: saved.id });
  else if (loaded.id !== saved.id) emit({ type: "regenerated", id: saved.id, previousId: loaded.id });
  else if (loaded.needsReissue) emit({ type: "reissued", id: saved.id });
}

function reportDropped({ loaded, destroyed, scope }: SessionState, reason: DropReason): void {
  scope.context.emit({ type: "write-dropped", id: (loaded ?? destroyed)?.id, reason });
}

/** Lets the hooks add cookies. When one of them fails, a session with a new id is ended: its id was given to no browser. */
async function commitWithHooks(state: SessionState, response: ResponseFacts, hooks: RequestHooks): Promise<SetCookies> {
  const { canSetCookies } = response;
  const idBefore = state.loaded?.id;
  let written: SetCookies;
  try {
    written = await commitSession(state, response);
  } catch (error) {
    if (state.isDestroyed) await finishLogout(hooks);
    throw error;
  }
  const cookies = new Map(canSetCookies ? written : NO_COOKIES);
  const { saved, isDestroyed = false } = state;
  const hasNewId = saved !== undefined && saved.id !== idBefore;
  try {
    await hooks.onCommit?.({ isStored: saved !== undefined, isDestroyed, hasNewId, canSetCookies, cookies });
  } catch (error) {
    if (hasNewId) await discard(state, saved.id);
    throw error;
  }
  return cookies;
}

/** Tells the hooks of a logout whose request failed afterwards, so that remember-me does not undo it. */
async function finishLogout(hooks: RequestHooks): Promise<void> {
  const outcome = { isStored: false, isDestroyed: true, hasNewId: false, canSetCookies: false, cookies: new Map() };
  try {
    await hooks.onCommit?.(outcome);
  } catch {
    // The request fails with the error that came first.
  }
}

/** Ends a session that must not be used. Should that fail as well, the first error counts, and the session idles out. */
async function discard({ scope }: SessionState, id: string): Promise<void> {
  const { backend, emit } = scope.context;
  const wasThere = await backend.revoke?.(id).catch(() => false);
  if (wasThere) emit({ type: "revoked", id });
}
