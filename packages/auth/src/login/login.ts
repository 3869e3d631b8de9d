import { UnsupportedError } from "@coatcheck/core";
import {
  type AnySession,
  assertOption,
  getExtensionData,
  nowOf,
  requestOf,
  setExtensionData,
} from "@coatcheck/core/toolkit";
import { attendanceOf } from "../manager/account-request.ts";
import { deviceLabel } from "./device-label.ts";
import { type AssuranceLevel, loginOf, noteLogin } from "./login-info.ts";

/** Options of {@link login}. */
export interface LoginOptions {
  /**
   * Whether this browser is to log in by itself after its session has ended: needs `rememberMe` among the extensions.
   * `false` forgets what it remembers; left out, what it remembers of the same subject stays.
   */
  readonly remember?: boolean;
  /** How they proved who they are: `"password"`, `"passkey"`, … */
  readonly method?: string;
  /** NIST SP 800-63B-4 assurance level of that proof. */
  readonly level?: AssuranceLevel;
  /** Whether the session cookie outlives the browser. Left out, that stays as it was: at first the manager's `persistent`. */
  readonly persistent?: boolean;
  /** When an identity provider's session ends, epoch milliseconds, not in the past: this session ends then at the latest. */
  readonly endsAt?: number;
  /** The identity provider's name for its session (OpenID Connect `sid`): what `revokeBySid` takes. */
  readonly sid?: string;
}

/**
 * Logs somebody in who just proved who they are: the session gets a new id, and the old one is dead before the new cookie
 * leaves. Also for a proof that is asked for again (step-up): `session.authenticatedAt` is now. Await it, in the handler:
 * an extension may have to ask a store first.
 *
 * @param subject - a stable identifier of the user: `String(user.id)`
 * @throws `INVALID_OPTION`, `UNSUPPORTED` for `remember` without `rememberMe`, `SESSION_COMMITTED`, and whatever an
 *   extension refuses with: `TOO_MANY_SESSIONS` by `sessionLimit`
 */
export async function login(session: AnySession, subject: string, options: LoginOptions = {}): Promise<void> {
  const { remember, method, level, persistent, endsAt } = options;
  // Over at once, it would only send people back to the provider, again and again.
  assertOption(
    endsAt === undefined || (Number.isFinite(endsAt) && endsAt > nowOf(session)),
    "login: endsAt must be epoch milliseconds and not over yet; JWTs count seconds: claims.exp * 1000",
  );
  const attendance = attendanceOf(session);
  const extensions = attendance?.extensions ?? [];
  if (remember === true && !extensions.some(({ remembers }) => remembers)) {
    throw new UnsupportedError(
      "login: remember needs rememberMe({ store }) among the extensions of an AccountManager.",
    );
  }
  const isSame = session.subject === subject;
  const browser = isSame ? loginOf(session).browser : undefined;
  if (attendance !== undefined) {
    for (const extension of extensions) {
      // No await without a reason: where nothing can refuse, the login is done when this call returns.
      if (extension.admit !== undefined) await extension.admit(attendance.visit, subject, browser);
    }
  }
  // A step-up is still within the provider's session.
  const sid = options.sid ?? (isSame ? loginOf(session).sid : undefined);
  const end = endsAt ?? (isSame ? getExtensionData(session, "endsAt") : undefined);
  session.bind(subject);
  const device = deviceLabel(requestOf(session).headers.get("User-Agent"));
  noteLogin(session, {
    ...(device !== undefined && { device }),
    ...(method !== undefined && { method }),
    ...(level !== undefined && { level }),
    ...(sid !== undefined && { sid }),
  });
  if (end !== undefined) setExtensionData(session, "endsAt", end);
  if (persistent !== undefined) session.persistent = persistent;
  if (attendance !== undefined) {
    for (const extension of extensions) extension.loggedIn?.(attendance.visit, options);
  }
}

/**
 * Ends the session on the server, and what remembers it. Afterwards the object is a new, empty session, so that a
 * farewell can be flashed.
 *
 * @throws `SESSION_COMMITTED`
 */
export function logout(session: AnySession): void {
  session.destroy();
}
