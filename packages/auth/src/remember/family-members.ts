import { type AskStore, parseJson, sha256 } from "@coatcheck/core/toolkit";
import type { AnySessionManager } from "../manager/account-extension.ts";

/**
 * Which sessions belong together, kept in any store with a subject index: one record for each session, found by its id,
 * and by its group. Works in every mode, for it needs the id of a session only.
 */
export interface SessionGroups {
  /**
   * For a session that has just been given its id; one that is a member already stays where it is.
   *
   * @param expiresAt - when the group is over, epoch milliseconds
   */
  add(sessionId: string, group: string, createdAt: number, expiresAt: number): Promise<void>;
  find(sessionId: string): Promise<Membership | undefined>;
  remove(sessionId: string): Promise<void>;
  /**
   * Ends the sessions of a group where the mode can, all but the newest `spared`. Tries each, whatever becomes of the
   * others.
   */
  end(group: string, sessions: AnySessionManager, spared?: number): Promise<void>;
  /** Whether {@link end} is ending that session right now: what a `revoked` hook need not follow up. */
  isEnding(sessionId: string): boolean;
}

/** The group of a session. */
export interface Membership {
  readonly group: string;
  readonly expiresAt: number;
}

/** @param kind - sets these groups apart from others in the same store */
export function sessionGroups(ask: AskStore, kind: string): SessionGroups {
  /** How many are ending that session right now. Counted, or the first one who is done would have it followed up for the others. */
  const ending = new Map<string, number>();
  // Hashes of texts that differ from the first word on: no name that a user chose is ever another one's record.
  const toKey = (sessionId: string): Promise<string> => sha256(`${kind} session ${sessionId}`);
  const toSubject = (group: string): Promise<string> => sha256(`${kind} group ${group}`);

  async function endOne(sessions: AnySessionManager, key: string, id: string, isSparing: boolean): Promise<void> {
    ending.set(id, (ending.get(id) ?? 0) + 1);
    try {
      const wasThere = await revokeWhereItCan(sessions, id);
      // One that is not there may be getting another id just now. Whoever does that has to find that it was of the group.
      if (wasThere || isSparing) await ask("delete", key);
    } finally {
      const others = (ending.get(id) ?? 0) - 1;
      if (others > 0) ending.set(id, others);
      else ending.delete(id);
    }
  }

  return {
    async add(sessionId, group, createdAt, expiresAt) {
      const key = await toKey(sessionId);
      const data = JSON.stringify({ id: sessionId, group });
      const record = { data, version: 1, createdAt, expiresAt, subject: await toSubject(group) };
      await ask("create", key, record);
    },

    async find(sessionId) {
      const found = await ask("load", await toKey(sessionId));
      const member = found ? parseMember(found.data) : undefined;
      return found && member ? { group: member.group, expiresAt: found.expiresAt } : undefined;
    },

    async remove(sessionId) {
      await ask("delete", await toKey(sessionId));
    },

    async end(group, sessions, spared = 0) {
      const found = await ask("listBySubject", await toSubject(group));
      const newestFirst = [...found].sort((a, b) => b.session.createdAt - a.session.createdAt);
      const results = await Promise.allSettled(
        newestFirst.slice(spared).map(async ({ key, session }) => {
          const member = parseMember(session.data);
          if (member !== undefined) await endOne(sessions, key, member.id, spared > 0);
        }),
      );
      for (const result of results) if (result.status === "rejected") throw result.reason;
    },

    isEnding: (sessionId) => ending.has(sessionId),
  };
}

/**
 * Ends a session, unless it is kept in a cookie without `revocations`, where nothing can; `true` when it was there.
 *
 * @throws `STORE_FAILED`
 */
export async function revokeWhereItCan(sessions: AnySessionManager, sessionId: string): Promise<boolean> {
  try {
    return await sessions.revoke(sessionId);
  } catch (error) {
    if (Object(error).code === "UNSUPPORTED") return true;
    throw error;
  }
}

function parseMember(data: string): { readonly id: string; readonly group: string } | undefined {
  const { id, group } = Object(parseJson(data));
  return typeof id === "string" && typeof group === "string" ? { id, group } : undefined;
}
