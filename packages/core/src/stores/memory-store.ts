import { assertOption, StoreFullError } from "../errors.ts";
import type { SessionStore, StoredSession, SubjectIndex, Sweeper } from "./store.ts";

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /**
   * How many live sessions to hold. Beyond it a new one is refused with `STORE_FULL`; nobody's session is thrown out
   * to make room, because a visitor who makes sessions in a loop could then log out everybody else.
   * @default 100_000
   */
  readonly maxSessions?: number;
  /** Epoch milliseconds; decides only what may be dropped when the store is full. @default Date.now */
  readonly now?: () => number;
}

/**
 * Sessions in this process's memory: for development, tests, and single-process servers that may forget on restart.
 *
 * @throws `INVALID_OPTION` when `maxSessions` is not a positive integer.
 */
export function memoryStore(options: MemoryStoreOptions = {}): SessionStore & SubjectIndex & Sweeper {
  const { maxSessions = 100_000, now = Date.now } = options;
  const isInRange = Number.isSafeInteger(maxSessions) && maxSessions >= 1;
  assertOption(isInRange, "memoryStore: maxSessions must be a whole number of sessions, 1 or more");
  const sessions = new Map<string, StoredSession>();
  const keysBySubject = new Map<string, Set<string>>();
  // A flood of new sessions must not cost a scan of the whole map each: no session expires before this instant.
  let nextSweepAt = 0;

  function put(key: string, session: StoredSession): void {
    sessions.set(key, session);
    nextSweepAt = Math.min(nextSweepAt, session.expiresAt);
    if (session.subject === undefined) return;
    const keys = keysBySubject.get(session.subject) ?? new Set();
    keysBySubject.set(session.subject, keys.add(key));
  }

  function remove(key: string, session: StoredSession): void {
    sessions.delete(key);
    if (session.subject === undefined) return;
    const keys = keysBySubject.get(session.subject);
    keys?.delete(key);
    if (keys?.size === 0) keysBySubject.delete(session.subject);
  }

  function sweep(at: number): number {
    let removed = 0;
    nextSweepAt = Number.POSITIVE_INFINITY;
    for (const [key, session] of sessions) {
      if (session.expiresAt <= at) {
        remove(key, session);
        removed += 1;
      } else {
        nextSweepAt = Math.min(nextSweepAt, session.expiresAt);
      }
    }
    return removed;
  }

  return {
    traits: { atomic: true, consistency: "strong" },

    async load(key) {
      const found = sessions.get(key);
      return found === undefined ? null : { ...found };
    },

    async create(key, session) {
      if (sessions.has(key)) return false;
      if (sessions.size >= maxSessions && nextSweepAt <= now()) sweep(now());
      if (sessions.size >= maxSessions) {
        throw new StoreFullError(
          `The memory store holds ${maxSessions} live sessions and takes no more. Raise maxSessions, shorten the idle timeout, or use a store outside the process.`,
        );
      }
      put(key, { ...session });
      return true;
    },

    async update(key, session, expectedVersion) {
      const found = sessions.get(key);
      if (found === undefined) return "gone";
      if (found.version !== expectedVersion) return "conflict";
      remove(key, found);
      put(key, { ...session, version: expectedVersion + 1 });
      return "ok";
    },

    async touch(key, expiresAt) {
      const found = sessions.get(key);
      if (found === undefined) return false;
      if (expiresAt > found.expiresAt) put(key, { ...found, expiresAt });
      return true;
    },

    async delete(key, expectedVersion) {
      const found = sessions.get(key);
      if (found === undefined) return "gone";
      if (expectedVersion !== undefined && found.version !== expectedVersion) return "conflict";
      remove(key, found);
      return "ok";
    },

    async listBySubject(subject) {
      const found = [];
      for (const key of keysBySubject.get(subject) ?? []) {
        const session = sessions.get(key);
        if (session !== undefined) found.push({ key, session });
      }
      return found;
    },

    async deleteBySubject(subject, except) {
      let removed = 0;
      for (const key of [...(keysBySubject.get(subject) ?? [])]) {
        const session = sessions.get(key);
        if (key === except || session === undefined) continue;
        remove(key, session);
        removed += 1;
      }
      return removed;
    },

    async sweep(at) {
      return sweep(at);
    },
  };
}
