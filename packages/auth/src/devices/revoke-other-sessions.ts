import type { AnySession } from "@coatcheck/core/toolkit";
import type { AnySessionManager } from "../manager/account-extension.ts";
import { attendanceOf } from "../manager/account-request.ts";
import { revokeOtherDevices } from "./devices.ts";

/**
 * After a change of password, or of anything else that logs in: ends all other sessions of the subject and forgets all
 * other browsers. This session gets a new id, and this browser, if it is remembered, a new remember-me cookie, so that no
 * copy of either lives on (OWASP ASVS 5.0, 7.4.3). It proves nothing: where the old password was asked for, `login` says so.
 *
 * @param sessions - the manager of the session
 * @throws `INVALID_OPTION` when nobody is logged in, `UNSUPPORTED` in a cookie mode without `revocations` and with a store
 *   that finds no subjects, `STORE_FAILED`, `SESSION_COMMITTED`
 */
export async function logoutElsewhere(sessions: AnySessionManager, session: AnySession): Promise<void> {
  session.regenerate();
  const { visit, extensions = [] } = attendanceOf(session) ?? {};
  if (visit !== undefined) for (const extension of extensions) extension.credentialsChanged?.(visit);
  await revokeOtherDevices(sessions, session);
}
