import { InvalidOptionError } from "@coatcheck/core";
import type { AnySession } from "@coatcheck/core/toolkit";
import type { AnySessionManager } from "./account-extension.ts";

/**
 * After a change of password, or of anything else that logs in: ends all other sessions of the subject, and gives this
 * one a new id, so that no copy of its cookie lives on (OWASP ASVS 5.0, 7.4.3). It proves nothing: where the old password
 * was asked for, `login` says so.
 *
 * @param sessions - the manager of the session; an `AccountManager` with `rememberMe` also forgets the subject's browsers
 * @throws `INVALID_OPTION` when nobody is logged in, `UNSUPPORTED` in a cookie mode without `revocations` and with a store
 *   that finds no subjects, `STORE_FAILED`, `SESSION_COMMITTED`
 */
export async function logoutElsewhere(sessions: AnySessionManager, session: AnySession): Promise<void> {
  const { id, subject } = session;
  if (subject === undefined)
    throw new InvalidOptionError("logoutElsewhere needs a session that somebody is logged in to.");
  session.regenerate();
  await sessions.revokeAll(subject, { except: id });
}
