import { assertOption, StoreFullError } from "../errors.ts";
import type { SessionStore, StoredSession, SubjectIndex, Sweeper } from "./store.ts";

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /**
   * How many live sessions the store holds. A further one is refused with `STORE_FULL`. No session is evicted to make
   * room, because a visitor who creates sessions in a loop could then log out everyone else.
   * @default 100_000
   */
  readonly maxSessions?: number;
  /** The clock, epoch milliseconds. Decides which sessions may be removed when the store is full. @default Date.now */
  readonly now?: () => number;
}

/**
 * Stores sessions in the memory of this process: for development, tests, and single-process servers whose sessions may
 * end with a restart.
 *
 * @throws `INVALID_OPTION` when `maxSessions` is not a positive integer
 */
export function memoryStore(options: MemoryStoreOptions = {}): SessionStore & SubjectIndex & Sweeper {
  const { maxSessions = 100_000, now = Date.now } = options;
  const isInRange = Number.isSafeInteger(maxSessions) && maxSessions >= 1;
  assertOption(isInRange, "memoryStore: maxSessions must be a positive integer");
  const sessions = new Map<string, StoredSession>();
  const keysBySubject = new Map<string, Set<string>>();
  // No session expires before this instant. Without it a flood of new sessions would scan the whole map each time.
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
          `The memory store is full: it holds ${maxSessions} live sessions. Raise maxSessions, shorten the idle timeout, or use a store outside the process.`,
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
