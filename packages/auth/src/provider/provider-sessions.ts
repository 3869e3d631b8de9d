import type { SessionStore, StoredSession, SubjectIndex } from "@coatcheck/core";
import { assertOption, sha256 } from "@coatcheck/core/toolkit";
import { indexedStore } from "../lib/indexed-store.ts";
import { loginOf } from "../login/login-info.ts";
import type { AccountExtension, AccountSessions } from "../manager/account-extension.ts";

/** Options of {@link providerSessions}. */
export interface ProviderSessionsOptions {
  /**
   * Stores which sessions came from which session of the provider. Any store with a subject index and strongly
   * consistent reads, in a table or under a prefix of its own. One for each manager, unless the managers share their
   * store as well.
   */
  readonly store: SessionStore & SubjectIndex;
}

/** The extension that {@link providerSessions} makes. */
export interface ProviderSessions extends AccountExtension {
  /**
   * Ends the sessions that came from a session of the provider, and those of logins that are still running. Sessions
   * of later logins with that `sid` end too, because a provider never uses one twice. Resolves to how many sessions it
   * ended.
   *
   * @param sessions - the manager that has this extension
   * @param sid - the value that `login` was given
   * @throws `INVALID_OPTION`, `UNSUPPORTED` in a cookie mode without `revocations`, `STORE_FAILED`. It can be called
   * again
   */
  revokeBySid(sessions: AccountSessions, sid: string): Promise<number>;
}

/**
 * How long a `sid` is known to have ended, seconds: 400 days, as long as `rememberMe` can restore sessions of a login
 * with it.
 */
const ENDED_LIFETIME = 400 * 24 * 3600;

/**
 * An extension that finds sessions by the identity provider's name for its session, so that the provider can end them
 * (OpenID Connect Back-Channel Logout 1.0). With several providers, pass the issuer too, `${iss} ${sid}`, to both
 * `login` and `revokeBySid`, because a `sid` is unique only per issuer. A logout token without a `sid` ends all
 * sessions of its subject: `sessions.revokeAll(subject)`. The README has a complete endpoint, with jose.
 *
 * @throws `INVALID_OPTION`
 */
export function providerSessions(options: ProviderSessionsOptions): ProviderSessions {
  const store = indexedStore(options.store, { option: "providerSessions: store" });
  return {
    forRequest: ({ session, sessions }) => ({
      // A session that `rememberMe` has just restored, before the handler takes it for logged in.
      async onOpen() {
        const { sid } = loginOf(session);
        if (session.isNew && sid !== undefined && (await store.load(await toEndedKey(sid)))) session.destroy();
      },

      async onCommit({ hasNewId }) {
        const { id } = session;
        const { sid } = loginOf(session);
        if (!hasNewId || id === undefined || sid === undefined) return;
        // As long as this session can live.
        const record = newRecord(sessions, sessions.lifetime.absolute);
        await store.create(await toEntryKey(sid, id), { ...record, data: id, subject: await toIndex(sid) });
        // `revokeBySid` writes and reads in the opposite order: of two that race, one sees what the other wrote.
        if (await store.load(await toEndedKey(sid))) await sessions.revoke(id);
      },
    }),

    async revokeBySid(sessions, sid) {
      assertOption(typeof sid === "string" && sid !== "", "revokeBySid needs the sid of a logout token");
      await store.create(await toEndedKey(sid), newRecord(sessions, ENDED_LIFETIME));
      let count = 0;
      for (const { session } of await store.listBySubject(await toIndex(sid))) {
        if (await sessions.revoke(session.data)) count += 1;
      }
      return count;
    },
  };
}

// Each kind of key begins with its own word, so that no `sid` leads to the record of another kind. A hash has the form
// of a key, and bounds the length of what a provider may send.
function toIndex(sid: string): Promise<string> {
  return sha256(`group ${sid}`);
}

function toEndedKey(sid: string): Promise<string> {
  return sha256(`ended ${sid}`);
}

function toEntryKey(sid: string, id: string): Promise<string> {
  return sha256(`entry ${id} ${sid}`);
}

/** @param lifetime - seconds */
function newRecord({ now }: AccountSessions, lifetime: number): StoredSession {
  const createdAt = now();
  return { data: "", version: 1, createdAt, expiresAt: createdAt + lifetime * 1000 };
}
