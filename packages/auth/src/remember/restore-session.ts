import { bindUnproven, nowOf, setExtensionData } from "@coatcheck/core/toolkit";
import { deviceLabel } from "../login/device-label.ts";
import { loginOf, setLoginInfo } from "../login/login-info.ts";
import type { ExtensionContext } from "../manager/account-extension.ts";
import { TooManySessionsError } from "../protection/session-limit.ts";
import { readCookie } from "./cookie.ts";
import type { RememberRejectReason } from "./events.ts";
import type { Family } from "./families.ts";
import { checkValidator } from "./rotation.ts";
import type { RememberSettings } from "./settings.ts";
import { type RememberToken, toFamilyKey } from "./token.ts";

/** What `rememberMe` knows about a request: how it arrived, and what its handler has done since. */
export interface RememberState {
  /** Epoch milliseconds. */
  readonly openedAt: number;
  /** `Session.id` and `Session.authenticatedAt` of the session that the session cookie belongs to. */
  readonly sessionId: string | undefined;
  readonly authenticatedAt: number | undefined;
  /** Whether the browser sent a remember-me cookie, even an invalid one. */
  readonly hasCookie: boolean;
  /** The token in that cookie, if it is well-formed. */
  readonly token: RememberToken | undefined;
  /** The family that logged the browser in. Its token is used up only once the session is stored. */
  readonly restored: Family | undefined;
  /** Whether the cookie was a copy, so that its family was ended. */
  readonly isStolen: boolean;
  /** The subject of the session, and its `LoginInfo.browser`, after a login by the cookie. */
  readonly subject: string | undefined;
  readonly browser: string | undefined;
  /** Whether the credentials of the subject have changed. */
  haveCredentialsChanged?: boolean;
  /** The last call of `login`, with the `LoginInfo.browser` that it resulted in. */
  login?: {
    readonly subject: string | undefined;
    readonly remember: boolean | undefined;
    readonly browser: string | undefined;
  };
}

/**
 * Logs in a browser that has no session and a valid remember-me cookie. A cookie that has to be rejected is not an
 * error and is not cleared, as with the session cookie.
 *
 * @throws `STORE_FAILED`
 */
export async function restoreSession(settings: RememberSettings, context: ExtensionContext): Promise<RememberState> {
  const { session, request } = context;
  const { isPresent, token } = readCookie(settings.cookie, request);
  const state = {
    openedAt: nowOf(session),
    sessionId: session.id,
    authenticatedAt: session.authenticatedAt,
    hasCookie: isPresent,
    token: typeof token === "object" ? token : undefined,
    restored: undefined,
    isStolen: false,
    subject: session.subject,
    browser: loginOf(session).browser,
  };
  if (session.subject !== undefined || token === undefined) return state;
  const family = typeof token === "object" ? await findFamily(settings, context, token, state.openedAt) : token;
  if (family === "stolen") return { ...state, isStolen: true };
  if (typeof family === "string") {
    settings.emit({ type: "remember-rejected", reason: family });
    return state;
  }
  if (!(await isLoginAllowed(context, family))) {
    settings.emit({ type: "remember-rejected", reason: "too-many-sessions" });
    return state;
  }
  bindToFamily(context, family);
  return { ...state, restored: family, subject: family.subject, browser: family.browser };
}

async function findFamily(
  { cookie, families }: RememberSettings,
  { sessions }: ExtensionContext,
  token: RememberToken,
  now: number,
): Promise<Family | RememberRejectReason | "stolen"> {
  const family = await families.find(await toFamilyKey(cookie.name, token), now);
  if (typeof family === "string") return family;
  const { status } = await checkValidator(family.rotation, token.validator, now);
  if (status !== "replayed") return family;
  // Either the user or a thief sent it, and nothing tells which. The family ends now, even if this request fails later.
  await families.end(family.key, sessions, "theft");
  return "stolen";
}

/** A limit on sessions is not an error here, because the visitor did nothing: they stay logged out, and can log in. */
async function isLoginAllowed(context: ExtensionContext, { subject, browser }: Family): Promise<boolean> {
  try {
    await context.assertLoginAllowed(subject, browser);
    return true;
  } catch (error) {
    if (error instanceof TooManySessionsError) return false;
    throw error;
  }
}

function bindToFamily({ session, request }: ExtensionContext, { subject, browser, sid, endsAt }: Family): void {
  bindUnproven(session, subject);
  const device = deviceLabel(request.headers.get("User-Agent"));
  setLoginInfo(session, {
    method: "remember-me",
    ...(device !== undefined && { device }),
    ...(browser !== undefined && { browser }),
    ...(sid !== undefined && { sid }),
  });
  if (endsAt !== undefined) setExtensionData(session, "endsAt", endsAt);
}
