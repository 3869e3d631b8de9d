import { UnsupportedError } from "@coatcheck/core";
import { isRecord, parseJson, sha256 } from "@coatcheck/core/toolkit";
import type { IndexedStore } from "../lib/indexed-store.ts";
import type { AnySessionManager } from "../manager/account-extension.ts";

/**
 * Which sessions belong to which family. There is one record for each session, found by the session's id and by its
 * family. It works in every mode, because it needs only the id of a session.
 */
export interface FamilyMembers {
  /**
   * Adds a session that has just been given its id. A session that is a member already keeps its family.
   *
   * @param expiresAt - when the family ends, epoch milliseconds
   */
  add(sessionId: string, family: string, createdAt: number, expiresAt: number): Promise<void>;
  find(sessionId: string): Promise<Membership | undefined>;
  remove(sessionId: string): Promise<void>;
  /**
   * Ends the sessions of a family, where the mode can end sessions. Tries each of them, even if others fail.
   *
   * @param spared - how many of the newest stay
   */
  end(family: string, sessions: AnySessionManager, spared?: number): Promise<void>;
  /** Whether {@link end} is ending that session right now. `onRevoke` ignores it then. */
  isEnding(sessionId: string): boolean;
}

/** The family of a session. */
export interface Membership {
  /** `Family.key` */
  readonly family: string;
  readonly expiresAt: number;
}

/** The content of a record, as JSON. */
interface MemberJson {
  readonly id: string;
  readonly group: string;
}

export function familyMembers(store: IndexedStore): FamilyMembers {
  /**
   * How many calls are ending a session right now, by session id. A set would forget it with the first that is done.
   */
  const ending = new Map<string, number>();

  async function endSession(sessions: AnySessionManager, key: string, id: string, isSparing: boolean): Promise<void> {
    ending.set(id, (ending.get(id) ?? 0) + 1);
    try {
      const wasThere = await revokeIfSupported(sessions, id);
      // A session that is not there may be getting a new id in another request, which must find its family.
      if (wasThere || isSparing) await store.delete(key);
    } finally {
      const others = (ending.get(id) ?? 0) - 1;
      if (others > 0) ending.set(id, others);
      else ending.delete(id);
    }
  }

  return {
    async add(sessionId, family, createdAt, expiresAt) {
      const member: MemberJson = { id: sessionId, group: family };
      const data = JSON.stringify(member);
      const subject = await toIndex(family);
      await store.create(await toKey(sessionId), { data, version: 1, createdAt, expiresAt, subject });
    },

    async find(sessionId) {
      const found = await store.load(await toKey(sessionId));
      const member = found ? parseMember(found.data) : undefined;
      return found && member ? { family: member.group, expiresAt: found.expiresAt } : undefined;
    },

    async remove(sessionId) {
      await store.delete(await toKey(sessionId));
    },

    async end(family, sessions, spared = 0) {
      const found = await store.listBySubject(await toIndex(family));
      const newestFirst = [...found].sort((a, b) => b.session.createdAt - a.session.createdAt);
      const results = await Promise.allSettled(
        newestFirst.slice(spared).map(async ({ key, session }) => {
          const member = parseMember(session.data);
          if (member !== undefined) await endSession(sessions, key, member.id, spared > 0);
        }),
      );
      for (const result of results) if (result.status === "rejected") throw result.reason;
    },

    isEnding: (sessionId) => ending.has(sessionId),
  };
}

/**
 * Ends a session. In a cookie mode without `revocations`, where nothing can end it, does nothing.
 *
 * @returns `true` when the session was there, or may have been
 * @throws `STORE_FAILED`
 */
export async function revokeIfSupported(sessions: AnySessionManager, sessionId: string): Promise<boolean> {
  try {
    return await sessions.revoke(sessionId);
  } catch (error) {
    if (error instanceof UnsupportedError) return true;
    throw error;
  }
}

// Hashes of texts that differ in their first words: no name that a user chose can lead to the record of another kind.
function toKey(sessionId: string): Promise<string> {
  return sha256(`remember session ${sessionId}`);
}

function toIndex(family: string): Promise<string> {
  return sha256(`remember group ${family}`);
}

function parseMember(data: string): MemberJson | undefined {
  const stored = parseJson(data);
  if (!isRecord(stored)) return undefined;
  const { id, group } = stored;
  return typeof id === "string" && typeof group === "string" ? { id, group } : undefined;
}
