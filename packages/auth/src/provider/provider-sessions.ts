import type { SessionStore, StoredSession, SubjectIndex } from "@coatcheck/core";
import { askStore, assertOption, sha256 } from "@coatcheck/core/toolkit";
import { loginOf } from "../login/login-info.ts";
import type { AccountExtension, AccountSessions } from "../manager/account-extension.ts";

/**
 * How long an ended session of the provider is remembered, seconds: 400 days, as long as `rememberMe` can make sessions of
 * a login that was made with it.
 */
const LONGEST = 400 * 24 * 3600;

/** Options of {@link providerSessions}. */
export interface ProviderSessionsOptions {
  /**
   * Where it is noted which sessions came of which session of the provider: any store that finds subjects and whose reads
   * are strongly consistent. Under a prefix, or in a table, of its own; and one for each manager, unless managers share
   * their store as well.
   */
  readonly store: SessionStore & SubjectIndex;
}

/** What {@link providerSessions} makes. */
export interface ProviderSessions extends AccountExtension {
  /**
   * Ends the sessions that came of a session of the provider, and those of logins with it that are still under way. They
   * stay refused: a provider uses no `sid` again. Resolves to how many there were.
   *
   * @param sessions - the manager that this extension was given to
   * @param sid - what `login` was given
   * @throws `INVALID_OPTION`, `UNSUPPORTED` in a cookie mode without `revocations`, `STORE_FAILED`; it can be called again
   */
  revokeBySid(sessions: AccountSessions, sid: string): Promise<number>;
}

/**
 * An extension that finds sessions by the identity provider's name for its own, so that they can be ended from there
 * (OpenID Connect Back-Channel Logout 1.0). Where several providers log people in, give `login` and `revokeBySid` the
 * issuer as well, `${iss} ${sid}`: a `sid` is unique with its issuer only. A logout token without `sid` ends all sessions
 * of its subject: `sessions.revokeAll(subject)`. The README has a complete endpoint, with jose.
 *
 * @throws `INVALID_OPTION`
 */
export function providerSessions({ store }: ProviderSessionsOptions): ProviderSessions {
  const ask = askStore(store, "providerSessions: store", 10);
  assertOption(typeof store.listBySubject === "function", "providerSessions needs a store with listBySubject");

  // Beginnings that no other has, so that no sid can be chosen to hit another's record. A hash has the form of a key, and
  // bounds what a provider may send.
  const toGroup = (sid: string): Promise<string> => sha256(`group ${sid}`);
  const toEnded = (sid: string): Promise<string> => sha256(`ended ${sid}`);
  const toEntry = (sid: string, id: string): Promise<string> => sha256(`entry ${id} ${sid}`);

  return {
    // One that `rememberMe` has just made, before its handler takes it for a login.
    async opened({ session }) {
      const { sid } = loginOf(session);
      if (session.isNew && sid !== undefined && (await ask("load", await toEnded(sid)))) session.destroy();
    },

    async committed({ session, sessions }, { hasNewId }) {
      const { id } = session;
      const { sid } = loginOf(session);
      if (!hasNewId || id === undefined || sid === undefined) return;
      // As long as this session can live.
      const entry = { ...recordFor(sessions, sessions.lifetime.absolute), data: id, subject: await toGroup(sid) };
      await ask("create", await toEntry(sid, id), entry);
      // In this order, and in the other one there: of two that race, one sees what the other wrote.
      if (await ask("load", await toEnded(sid))) await sessions.revoke(id);
    },

    async revokeBySid(sessions, sid) {
      assertOption(typeof sid === "string" && sid !== "", "revokeBySid needs the sid of a logout token");
      await ask("create", await toEnded(sid), recordFor(sessions, LONGEST));
      let count = 0;
      for (const { session } of await ask("listBySubject", await toGroup(sid))) {
        if (await sessions.revoke(session.data)) count += 1;
      }
      return count;
    },
  };
}

/** @param lifetime - seconds */
function recordFor({ now }: AccountSessions, lifetime: number): StoredSession {
  const createdAt = now();
  return { data: "", version: 1, createdAt, expiresAt: createdAt + lifetime * 1000 };
}
