import type { SessionStore, StoredSession, SubjectIndex } from "@coatcheck/core";
import { askStore, assertOption, toHash } from "@coatcheck/core/toolkit";
import type { AccountExtension, AccountSessions } from "./account-extension.ts";
import { loginOf } from "./login-facts.ts";

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
 * of its subject: `sessions.revokeAll(subject)`.
 *
 * @throws `INVALID_OPTION`
 * @example
 * // With jose; verifying the token is the application's.
 * async function backChannelLogout(request: Request): Promise<Response> {
 *   const token = String((await request.formData()).get("logout_token"));
 *   const { payload } = await jwtVerify(token, jwks, { issuer, audience: clientId, typ: "logout+jwt", maxTokenAge: 120 });
 *   const { sid, sub, events, nonce } = payload as { sid?: string; sub?: string; events?: object; nonce?: string };
 *   const isLogout = Object.hasOwn(events ?? {}, "http://schemas.openid.net/event/backchannel-logout");
 *   if (!isLogout || nonce !== undefined || (sid ?? sub) === undefined) return new Response(null, { status: 400 });
 *   if (sid !== undefined) await provider.revokeBySid(sessions, sid);
 *   else if (sub !== undefined) await sessions.revokeAll(await subjectOf(sub));
 *   return new Response(null, { headers: { "Cache-Control": "no-store" } });
 * }
 */
export function providerSessions({ store }: ProviderSessionsOptions): ProviderSessions {
  const ask = askStore(store, "providerSessions: store", 10);
  assertOption(typeof store.listBySubject === "function", "providerSessions needs a store with listBySubject");

  // Beginnings that no other has, so that no sid can be chosen to hit another's record. A hash has the form of a key, and
  // bounds what a provider may send.
  const toGroup = (sid: string): Promise<string> => toHash(`group ${sid}`);
  const toEnded = (sid: string): Promise<string> => toHash(`ended ${sid}`);
  const toEntry = (sid: string, id: string): Promise<string> => toHash(`entry ${id} ${sid}`);

  return {
    async committed({ session, sessions }, { hasNewId }) {
      const { id } = session;
      const { sid } = loginOf(session);
      if (!hasNewId || id === undefined || sid === undefined) return;
      const entry = { ...recordFor(sessions), data: id, subject: await toGroup(sid) };
      await ask("create", await toEntry(sid, id), entry);
      // In this order, and in the other one there: of two that race, one sees what the other wrote.
      if (await ask("load", await toEnded(sid))) await sessions.revoke(id);
    },

    async revokeBySid(sessions, sid) {
      assertOption(typeof sid === "string" && sid !== "", "revokeBySid needs the sid of a logout token");
      await ask("create", await toEnded(sid), recordFor(sessions));
      let count = 0;
      for (const { session } of await ask("listBySubject", await toGroup(sid))) {
        if (await sessions.revoke(session.data)) count += 1;
      }
      return count;
    },
  };
}

/** A record that is kept for as long as a session can live that begins now. */
function recordFor({ now, lifetime }: AccountSessions): StoredSession {
  const createdAt = now();
  return { data: "", version: 1, createdAt, expiresAt: createdAt + lifetime.absolute * 1000 };
}
