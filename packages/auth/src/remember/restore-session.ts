import { bindUnproven, cookieValues, nowOf, setExtensionData } from "@coatcheck/core/toolkit";
import { deviceLabel } from "../login/device-label.ts";
import { loginOf, noteLogin } from "../login/login-info.ts";
import type { AccountVisit } from "../manager/account-extension.ts";
import { TooManySessionsError } from "../protection/session-limit.ts";
import type { RememberRejectReason } from "./events.ts";
import type { Family } from "./families.ts";
import { judge } from "./rotation.ts";
import type { RememberContext } from "./settings.ts";
import { parseToken, type RememberToken, toFamilyKey } from "./token.ts";

/** What a request came with, and what it did since. */
export interface Arrival {
  /** Epoch milliseconds. */
  readonly at: number;
  /** `Session.id` and `Session.authenticatedAt` of the session that its cookie stood for. */
  readonly sessionId: string | undefined;
  readonly authenticatedAt: number | undefined;
  /** Whether the browser holds a cookie of our name, be it worth nothing. */
  readonly isHeld: boolean;
  /** What is in that cookie, if it is of the right form. */
  readonly token: RememberToken | undefined;
  /** The family by which somebody is logged in who had no session. Nothing is used up before that session is kept. */
  readonly restored: Family | undefined;
  /** The cookie was a copy, which ended its family. */
  readonly isStolen: boolean;
  /** Whose session it was, or is since it was restored; and its `LoginFacts.browser`. */
  readonly subject: string | undefined;
  readonly browser: string | undefined;
  /** Whether what the subject logs in with has changed. */
  isRenewed?: boolean;
  /** The last call of `login`, and the `LoginFacts.browser` that it noted. */
  login?: {
    readonly subject: string | undefined;
    readonly remember: boolean | undefined;
    readonly browser: string | undefined;
  };
}

/**
 * Logs in who comes without a session and with a cookie that is worth it. A cookie that cannot be honoured is neither an
 * error nor cleared, as with the session cookie.
 *
 * @throws `STORE_FAILED`
 */
export async function arrive(context: RememberContext, visit: AccountVisit): Promise<Arrival> {
  const { session, request } = visit;
  const values = cookieValues(request.headers.get("Cookie") ?? "", context.cookie.name);
  const token = tokenIn(context, values);
  const arrival = {
    at: nowOf(session),
    sessionId: session.id,
    authenticatedAt: session.authenticatedAt,
    isHeld: values.length > 0,
    token: typeof token === "object" ? token : undefined,
    restored: undefined,
    isStolen: false,
    subject: session.subject,
    browser: loginOf(session).browser,
  };
  if (session.subject !== undefined || token === undefined) return arrival;
  const family = typeof token === "object" ? await recognise(context, visit, token, arrival.at) : token;
  if (family === "stolen") return { ...arrival, isStolen: true };
  if (typeof family === "string") {
    context.emit({ type: "remember-rejected", reason: family });
    return arrival;
  }
  if (!(await isAdmitted(visit, family))) {
    context.emit({ type: "remember-rejected", reason: "too-many-sessions" });
    return arrival;
  }
  restore(visit, family);
  return { ...arrival, restored: family, subject: family.subject, browser: family.browser };
}

/** Nothing that a visitor did just now: they stay who they were, and may log in as somebody else or end a session. */
async function isAdmitted(visit: AccountVisit, { subject, browser }: Family): Promise<boolean> {
  try {
    await visit.admit(subject, browser);
    return true;
  } catch (error) {
    if (error instanceof TooManySessionsError) return false;
    throw error;
  }
}

function tokenIn(
  { cookie }: RememberContext,
  values: readonly string[],
): RememberToken | RememberRejectReason | undefined {
  // With several of a name that can exist once, one was planted; see how core reads the session cookie.
  if (cookie.isHostOnly && values.length > 1) return "duplicate-cookie";
  const [value = ""] = values;
  return value === "" ? undefined : (parseToken(value) ?? "malformed");
}

async function recognise(
  context: RememberContext,
  { sessions }: AccountVisit,
  token: RememberToken,
  now: number,
): Promise<Family | RememberRejectReason | "stolen"> {
  const { cookie, families } = context;
  const family = await families.find(await toFamilyKey(cookie.name, token), now);
  if (typeof family === "string") return family;
  const { status } = await judge(family.chain, token.validator, now);
  if (status !== "replayed") return family;
  // By its owner or a thief, and who this one is cannot be told. At once, whatever becomes of the request.
  await families.end(family.key, sessions, "theft");
  return "stolen";
}

function restore({ session, request }: AccountVisit, { subject, browser, sid, endsAt }: Family): void {
  bindUnproven(session, subject);
  const device = deviceLabel(request.headers.get("User-Agent"));
  noteLogin(session, {
    method: "remember-me",
    ...(device !== undefined && { device }),
    ...(browser !== undefined && { browser }),
    ...(sid !== undefined && { sid }),
  });
  if (endsAt !== undefined) setExtensionData(session, "endsAt", endsAt);
}
