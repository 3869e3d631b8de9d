import { SessionConflictError } from "@coatcheck/core";
import { assertOption, getExtensionData, isAlive, nowOf } from "@coatcheck/core/toolkit";
import { loginOf } from "../login/login-info.ts";
import type { AccountVisit, CommittedVisit } from "../manager/account-extension.ts";
import type { RememberEndReason } from "./events.ts";
import type { Family } from "./families.ts";
import { type Membership, revokeWhereItCan } from "./family-members.ts";
import type { Arrival } from "./restore-session.ts";
import { advance, judge, newChain } from "./rotation.ts";
import type { RememberContext } from "./settings.ts";
import { formatToken, newRememberToken, type RememberToken, toFamilyKey } from "./token.ts";

/** A visit whose session was committed, with what is to be known of it. */
interface Departure {
  readonly visit: AccountVisit;
  readonly arrival: Arrival;
  readonly cookies: Map<string, string>;
  /** The session's id, another one than that it came with. */
  readonly id: string;
  readonly subject: string;
  readonly now: number;
  /** Whether the subject proved during this request who they are. */
  readonly isProven: boolean;
}

/** Sessions of a family at most, the newest. A browser uses one, but leaves one behind with each tab that it opens anew. */
const MAX_SESSIONS = 50;

/** A conflict means that another request used up the validator, which is in its grace then: the second attempt will do. */
const MAX_ATTEMPTS = 5;

/**
 * What a committed session means for what the browser is remembered by. Order is everything here: a session is noted as a
 * member before its family is seen to live, and a family is ended before its members are looked for (`RememberFamilies.end`).
 * So of a session being made and its family being ended at once, one always sees the other.
 *
 * @throws `STORE_FAILED`, `SESSION_CONFLICT`; no cookie leaves then
 */
export async function settleRemembered(
  context: RememberContext,
  visit: AccountVisit,
  arrival: Arrival,
  outcome: CommittedVisit,
): Promise<void> {
  const { session } = visit;
  const { id, subject } = session;
  const { isKept, isDestroyed, cookies } = outcome;
  assertOption(!cookies.has(context.cookie.name), "rememberMe: cookie.name must not be that of the session");
  const isNew = isKept && subject !== undefined && id !== undefined && id !== arrival.sessionId;
  // After a logout that followed it, a login counts no more, whoever was bound then.
  const isLogin = isNew && arrival.login?.subject === subject && arrival.login.browser === loginOf(session).browser;
  const remember = isLogin ? arrival.login?.remember : undefined;
  const isForgotten = isDestroyed || remember !== undefined;
  if (isForgotten) await forget(context, visit, arrival, isNew ? "login" : "logout");
  if ((isForgotten || arrival.isStolen) && arrival.isHeld) removeCookie(context, cookies);
  if (!isNew) return;
  const isProven = isLogin || session.authenticatedAt !== arrival.authenticatedAt;
  const departure = { visit, arrival, cookies, id, subject, now: nowOf(session), isProven };
  if (remember === true) return issue(context, departure);
  if (isForgotten) return;
  if (arrival.isRenewed) return reissue(context, departure);
  const { restored, token } = arrival;
  if (token !== undefined && restored?.subject === subject) return renew(context, departure, restored, token);
  return rejoin(context, departure);
}

/** Ends what the browser came with: by its cookie, and by its session, for it may have lost the cookie. */
async function forget(
  { cookie, families }: RememberContext,
  { sessions }: AccountVisit,
  { sessionId, token }: Arrival,
  reason: RememberEndReason,
): Promise<void> {
  const membership = sessionId === undefined ? undefined : await families.members.find(sessionId);
  const keys = [token && (await toFamilyKey(cookie.name, token)), membership?.group];
  for (const key of new Set(keys)) if (key !== undefined) await families.end(key, sessions, reason);
  if (sessionId !== undefined) await families.members.remove(sessionId);
}

/** Remembers the browser from now on. @param latest - epoch milliseconds, when that ends at the latest */
async function issue(context: RememberContext, departure: Departure, latest = Infinity): Promise<void> {
  const { cookie, families, lifetime, emit } = context;
  const { visit, id, subject, now } = departure;
  const { session, sessions } = visit;
  const token = newRememberToken();
  const key = await toFamilyKey(cookie.name, token);
  const { browser, sid } = loginOf(session);
  const endsAt = getExtensionData(session, "endsAt") as number | undefined;
  const expiresAt = Math.min(now + lifetime, endsAt ?? Infinity, latest);
  const chain = await newChain(token.validator);
  await families.members.add(id, key, now, expiresAt);
  await families.create({ key, subject, chain, browser, sid, endsAt, createdAt: now, expiresAt });
  emit({ type: "remembered", family: key, subject, expiresAt });
  // A revokeAll that ended the session may have looked for families before this one was there.
  if (await isAlive(session)) setCookie(context, departure, token, expiresAt);
  else await families.end(key, sessions, "revoked");
}

/**
 * Uses up the cookie that the session was made from. When the response is lost on its way the browser still has the used
 * one, which its grace is for: it is given the same successor again.
 */
async function renew(
  context: RememberContext,
  departure: Departure,
  { key, expiresAt }: Family,
  { selector, validator }: RememberToken,
): Promise<void> {
  const { families, grace, emit } = context;
  const { arrival, id, subject, now } = departure;
  await join(context, departure, { group: key, expiresAt });
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const family = await families.find(key, now);
    if (typeof family === "string") return withdraw(context, departure);
    // As of its arrival: a handler that takes longer than the grace makes no thief of the visitor.
    const verdict = await judge(family.chain, validator, arrival.at);
    if (verdict.status === "current") {
      const next = await advance(family.chain, validator, now, now + grace);
      if ((await families.update(family, next.chain)) !== "ok") continue;
      setCookie(context, departure, { selector, validator: next.validator }, expiresAt);
    } else if (verdict.status === "in-grace") {
      setCookie(context, departure, { selector, validator: verdict.validator }, expiresAt);
    }
    // Otherwise it took so long that what leads to the current one is gone. A faster tab was given that.
    return emit({ type: "remember-restored", family: key, subject, id });
  }
  throw new SessionConflictError("Other requests kept using what this browser is remembered by. Try again.");
}

/** A session that was there before has another id now: by `regenerate`, or a login that says nothing of `remember`. */
async function rejoin(context: RememberContext, departure: Departure): Promise<void> {
  const membership = await membershipOf(context, departure);
  if (membership === undefined) return;
  // Under its old id it stays a member: a list of devices may have been made before.
  await join(context, departure, membership);
  const family = await context.families.find(membership.group, departure.now);
  if (typeof family === "string") await withdraw(context, departure);
}

/** The browser stays remembered, until when it was before, by another cookie: of the one so far there may be copies. */
async function reissue(context: RememberContext, departure: Departure): Promise<void> {
  const { visit, arrival, isProven } = departure;
  const membership = await membershipOf(context, departure);
  const isEnded = membership !== undefined && (await context.families.end(membership.group, visit.sessions, "renewed"));
  // Of a session that was made from it by this request, its family may have been among those that `revokeAll` ended.
  const expiresAt = isEnded ? membership.expiresAt : isProven ? arrival.restored?.expiresAt : undefined;
  if (expiresAt !== undefined) return issue(context, departure, expiresAt);
  if (arrival.restored !== undefined || membership !== undefined) await withdraw(context, departure);
}

/** What a session came of: by the cookie that the browser brought, or by its id before. */
async function membershipOf(context: RememberContext, departure: Departure): Promise<Membership | undefined> {
  const { cookie, families } = context;
  const { visit, arrival, cookies, subject, now } = departure;
  const { sessionId, token } = arrival;
  const brought = token && (await families.find(await toFamilyKey(cookie.name, token), now));
  if (typeof brought === "object") {
    if (brought.subject === subject) return { group: brought.key, expiresAt: brought.expiresAt };
    await families.end(brought.key, visit.sessions, "login");
    removeCookie(context, cookies);
  }
  const membership = sessionId === undefined ? undefined : await families.members.find(sessionId);
  return membership !== undefined && membership.expiresAt > now ? membership : undefined;
}

async function join({ families }: RememberContext, { visit, id, now }: Departure, to: Membership): Promise<void> {
  await families.members.add(id, to.group, now, to.expiresAt);
  await families.members.end(to.group, visit.sessions, MAX_SESSIONS);
}

/** The family ended while the session was being made from it, so the session ends too; not so one whose subject proved it. */
async function withdraw({ families }: RememberContext, { visit, cookies, id, isProven }: Departure): Promise<void> {
  await families.members.remove(id);
  if (isProven) return;
  await revokeWhereItCan(visit.sessions, id);
  // No removal either: a login in another tab may just have set newer ones.
  cookies.clear();
}

function setCookie(
  { cookie }: RememberContext,
  { cookies, now }: Departure,
  token: RememberToken,
  expiresAt: number,
): void {
  const maxAge = Math.max(0, Math.ceil((expiresAt - now) / 1000));
  cookies.set(cookie.name, cookie.serialize(cookie.name, formatToken(token), maxAge));
}

/** With exactly the attributes of the one that is removed. */
function removeCookie({ cookie }: RememberContext, cookies: Map<string, string>): void {
  cookies.set(cookie.name, cookie.serialize(cookie.name, "", 0));
}
