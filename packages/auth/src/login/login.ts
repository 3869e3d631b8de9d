import { UnsupportedError } from "@coatcheck/core";
import {
  type AnySession,
  assertOption,
  getExtensionData,
  nowOf,
  requestOf,
  setExtensionData,
} from "@coatcheck/core/toolkit";
import { AccountRequest } from "../manager/account-request.ts";
import type { LoginOptions } from "../manager/login-options.ts";
import { deviceLabel } from "./device-label.ts";
import { loginOf, setLoginInfo } from "./login-info.ts";

/**
 * Logs in a user who has just proved their identity. The session gets a new id, and the old one is dead before the new
 * cookie leaves. Call it also when the user proves their identity again (step-up): `session.authenticatedAt` becomes
 * now. Await it in the handler, because an extension may have to read a store first.
 *
 * @param subject - a stable identifier of the user: `String(user.id)`
 * @throws `INVALID_OPTION`, `UNSUPPORTED` for `remember` without `rememberMe`, `SESSION_COMMITTED`, and what an
 *   extension refuses the login with: `TOO_MANY_SESSIONS` by `sessionLimit`
 */
export async function login(session: AnySession, subject: string, options: LoginOptions = {}): Promise<void> {
  const { remember, method, level, persistent, endsAt } = options;
  // A session that ends at once would send the user back to the provider again and again.
  assertOption(
    endsAt === undefined || (Number.isFinite(endsAt) && endsAt > nowOf(session)),
    "login: endsAt must be epoch milliseconds in the future. JWTs count seconds: claims.exp * 1000",
  );
  const account = AccountRequest.of(session);
  if (remember === true && !account?.handlesRemember) {
    throw new UnsupportedError("login: remember needs an AccountManager with the extension rememberMe({ store }).");
  }
  const isSameSubject = session.subject === subject;
  const browser = isSameSubject ? loginOf(session).browser : undefined;
  // Without a hook there is nothing to wait for, and the login is complete when this call returns.
  if (account?.hasBeforeLogin) await account.beforeLogin(subject, browser);

  // A step-up still belongs to the provider's session.
  const sid = options.sid ?? (isSameSubject ? loginOf(session).sid : undefined);
  const end = endsAt ?? (isSameSubject ? getExtensionData(session, "endsAt") : undefined);
  session.bind(subject);
  const device = deviceLabel(requestOf(session).headers.get("User-Agent"));
  setLoginInfo(session, {
    ...(device !== undefined && { device }),
    ...(method !== undefined && { method }),
    ...(level !== undefined && { level }),
    ...(sid !== undefined && { sid }),
  });
  if (end !== undefined) setExtensionData(session, "endsAt", end);
  if (persistent !== undefined) session.persistent = persistent;
  account?.onLogin(options);
}

/**
 * Ends the session on the server, and makes the server forget a remembered browser. Afterwards the object is a new,
 * empty session, which can carry a flash message.
 *
 * @throws `SESSION_COMMITTED`
 */
export function logout(session: AnySession): void {
  session.destroy();
}
