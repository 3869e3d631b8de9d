import type { AnySession } from "@coatcheck/core/toolkit";
import type { AnySessionManager } from "../manager/account-extension.ts";
import { AccountRequest } from "../manager/account-request.ts";
import { revokeOtherDevices } from "./devices.ts";

/**
 * Call this after a change of the password, or of any other credential. It ends all other sessions of the subject and
 * forgets all other browsers. This session gets a new id, and this browser, if it is remembered, a new remember-me
 * cookie, so that no copy of either stays valid (OWASP ASVS 5.0, 7.4.3). It proves nothing about the user: when the old
 * password was verified, call `login` too.
 *
 * @param sessions - the manager of the session
 * @throws `INVALID_OPTION` without a logged-in subject; `UNSUPPORTED` in a cookie mode without `revocations`, and with
 *   a store that has no subject index; `STORE_FAILED`, `SESSION_COMMITTED`
 */
export async function revokeOtherSessions(sessions: AnySessionManager, session: AnySession): Promise<void> {
  session.regenerate();
  AccountRequest.of(session)?.onCredentialsChange();
  await revokeOtherDevices(sessions, session);
}
