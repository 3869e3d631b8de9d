import { SessionConflictError } from "@coatcheck/core";
import { assertOption, type CommitOutcome, getExtensionData, isAlive, nowOf } from "@coatcheck/core/toolkit";
import { loginOf } from "../login/login-info.ts";
import type { ExtensionContext } from "../manager/account-extension.ts";
import { removeCookie, setCookie } from "./cookie.ts";
import type { RememberEndReason } from "./events.ts";
import type { Family } from "./families.ts";
import { type Membership, revokeIfSupported } from "./family-members.ts";
import type { RememberState } from "./restore-session.ts";
import { checkValidator, newRotation, rotate } from "./rotation.ts";
import type { RememberSettings } from "./settings.ts";
import { newRememberToken, type RememberToken, toFamilyKey } from "./token.ts";

/** A request whose session was stored under a new id. */
interface CommitContext extends ExtensionContext {
  readonly state: RememberState;
  readonly cookies: Map<string, string>;
  /** The new id. */
  readonly id: string;
  readonly subject: string;
  readonly now: number;
  /** Whether the user proved their identity in this request. */
  readonly isProven: boolean;
}

/**
 * Sessions of a family that stay, the newest. A browser uses one, but parallel tabs without a session each start one.
 */
const MAX_SESSIONS = 50;

/**
 * After a conflict another request has used the validator, which is in its grace period then: the next attempt
 * succeeds.
 */
const MAX_ATTEMPTS = 5;

/**
 * Brings the remembered browser up to date with the committed session. The order of writes is essential. A session
 * becomes a member before its family is checked to be alive, and a family is deleted before its members are listed
 * (`RememberFamilies.end`). When a session is being restored while its family is being ended, one of the two requests
 * therefore always sees the other.
 *
 * @throws `STORE_FAILED`, `SESSION_CONFLICT`. No cookie leaves then
 */
export async function commitRemembered(
  settings: RememberSettings,
  context: ExtensionContext,
  state: RememberState,
  outcome: CommitOutcome,
): Promise<void> {
  const { session } = context;
  const { id, subject } = session;
  const { isStored, isDestroyed, cookies } = outcome;
  assertOption(
    !cookies.has(settings.cookie.name),
    "rememberMe: cookie.name must differ from that of the session cookie",
  );
  const hasNewId = isStored && subject !== undefined && id !== undefined && id !== state.sessionId;
  // A logout after `login` cancels it, even if a subject was bound after that.
  const isLogin = hasNewId && state.login?.subject === subject && state.login.browser === loginOf(session).browser;
  const remember = isLogin ? state.login?.remember : undefined;
  const isForgotten = isDestroyed || remember !== undefined;

  if (isForgotten) await forget(settings, context, state, hasNewId ? "login" : "logout");
  if ((isForgotten || state.isStolen) && state.hasCookie) removeCookie(settings.cookie, cookies);
  if (!hasNewId) return;

  const isProven = isLogin || session.authenticatedAt !== state.authenticatedAt;
  const commit = { ...context, state, cookies, id, subject, now: nowOf(session), isProven };
  const { restored, token } = state;
  if (remember === true) return startFamily(settings, commit);
  if (isForgotten) return;
  if (state.haveCredentialsChanged) return replaceFamily(settings, commit);
  if (token !== undefined && restored?.subject === subject) return replaceToken(settings, commit, restored, token);
  return moveToNewId(settings, commit);
}

/** Ends the family of the browser: by its cookie, and by its session, because the browser may have lost the cookie. */
async function forget(
  { cookie, families }: RememberSettings,
  { sessions }: ExtensionContext,
  { sessionId, token }: RememberState,
  reason: RememberEndReason,
): Promise<void> {
  const membership = sessionId === undefined ? undefined : await families.members.find(sessionId);
  const keys = [token && (await toFamilyKey(cookie.name, token)), membership?.family];
  for (const key of new Set(keys)) if (key !== undefined) await families.end(key, sessions, reason);
  if (sessionId !== undefined) await families.members.remove(sessionId);
}

/** Remembers the browser from now on. @param latestEnd - when that ends at the latest, epoch milliseconds */
async function startFamily(settings: RememberSettings, commit: CommitContext, latestEnd = Infinity): Promise<void> {
  const { cookie, families, lifetime, emit } = settings;
  const { session, sessions, id, subject, now } = commit;
  const token = newRememberToken();
  const key = await toFamilyKey(cookie.name, token);
  const { browser, sid } = loginOf(session);
  const endsAt = getExtensionData(session, "endsAt") as number | undefined;
  const expiresAt = Math.min(now + lifetime, endsAt ?? Infinity, latestEnd);
  const rotation = await newRotation(token.validator);
  await families.members.add(id, key, now, expiresAt);
  await families.create({ key, subject, rotation, browser, sid, endsAt, createdAt: now, expiresAt });
  emit({ type: "remembered", family: key, subject, expiresAt });
  // A `revokeAll` that ended the session may have listed the families before this one existed.
  if (await isAlive(session)) setCookie(cookie, commit.cookies, token, expiresAt - now);
  else await families.end(key, sessions, "revoked");
}

/**
 * Uses up the token that the session was restored from. When the response is lost, the browser still has the used token
 * and gets the same successor again within the grace period.
 */
async function replaceToken(
  settings: RememberSettings,
  commit: CommitContext,
  { key, expiresAt }: Family,
  { selector, validator }: RememberToken,
): Promise<void> {
  const { cookie, families, grace, emit } = settings;
  const { state, cookies, id, subject, now } = commit;
  await addMember(settings, commit, { family: key, expiresAt });
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const family = await families.find(key, now);
    if (typeof family === "string") return discard(settings, commit);
    // By the time of arrival: a handler that takes longer than the grace period does not make the user a thief.
    const check = await checkValidator(family.rotation, validator, state.openedAt);
    if (check.status === "current") {
      const next = await rotate(family.rotation, validator, now, now + grace);
      if ((await families.update(family, next.rotation)) !== "ok") continue;
      setCookie(cookie, cookies, { selector, validator: next.validator }, expiresAt - now);
    } else if (check.status === "in-grace") {
      setCookie(cookie, cookies, { selector, validator: check.validator }, expiresAt - now);
    }
    // Otherwise the request took so long that its validator was dropped. A faster tab has received the current one.
    return emit({ type: "remember-restored", family: key, subject, id });
  }
  throw new SessionConflictError(
    "Other requests used this browser's remember-me cookie during every attempt. Try again.",
  );
}

/** An existing session got a new id, by `regenerate` or by a login without `remember`. Its new id joins the family. */
async function moveToNewId(settings: RememberSettings, commit: CommitContext): Promise<void> {
  const membership = await membershipOf(settings, commit);
  if (membership === undefined) return;
  // The old id stays a member: a list of devices may have been made before.
  await addMember(settings, commit, membership);
  const family = await settings.families.find(membership.family, commit.now);
  if (typeof family === "string") await discard(settings, commit);
}

/** The browser stays remembered, as long as before, by a new cookie: copies of the current one may exist. */
async function replaceFamily(settings: RememberSettings, commit: CommitContext): Promise<void> {
  const { sessions, state, isProven } = commit;
  const membership = await membershipOf(settings, commit);
  const isEnded = membership !== undefined && (await settings.families.end(membership.family, sessions, "renewed"));
  // If this request restored the session, `revokeAll` may have ended the family already.
  const restoredUntil = isProven ? state.restored?.expiresAt : undefined;
  const expiresAt = isEnded ? membership.expiresAt : restoredUntil;
  if (expiresAt !== undefined) return startFamily(settings, commit, expiresAt);
  if (state.restored !== undefined || membership !== undefined) await discard(settings, commit);
}

/** The family of the session: by the cookie that the browser sent, or by the session's previous id. */
async function membershipOf(settings: RememberSettings, commit: CommitContext): Promise<Membership | undefined> {
  const { cookie, families } = settings;
  const { sessions, state, cookies, subject, now } = commit;
  const { sessionId, token } = state;
  const family = token && (await families.find(await toFamilyKey(cookie.name, token), now));
  if (typeof family === "object") {
    if (family.subject === subject) return { family: family.key, expiresAt: family.expiresAt };
    await families.end(family.key, sessions, "login");
    removeCookie(settings.cookie, cookies);
  }
  const membership = sessionId === undefined ? undefined : await families.members.find(sessionId);
  return membership !== undefined && membership.expiresAt > now ? membership : undefined;
}

async function addMember(
  { families }: RememberSettings,
  { sessions, id, now }: CommitContext,
  { family, expiresAt }: Membership,
): Promise<void> {
  await families.members.add(id, family, now, expiresAt);
  await families.members.end(family, sessions, MAX_SESSIONS);
}

/** The family ended while the session was being restored from it. The session ends too, unless the user proved it. */
async function discard(
  { families }: RememberSettings,
  { sessions, cookies, id, isProven }: CommitContext,
): Promise<void> {
  await families.members.remove(id);
  if (isProven) return;
  await revokeIfSupported(sessions, id);
  // This also drops the removal of a cookie: a login in another tab may just have set a newer one.
  cookies.clear();
}
