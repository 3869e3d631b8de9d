import { sha256 } from "../crypto/session-id.ts";
import { SessionConflictError } from "../errors.ts";
import { backOff } from "../lib/back-off.ts";
import { isRecord } from "../lib/is-record.ts";
import { parseJson } from "../lib/json.ts";
import type { GuardedStore } from "../stores/guarded-store.ts";
import { groupOf } from "./cookie-session-id.ts";

/** Ends sessions that exist only in cookies. */
export interface Revocations {
  /**
   * The epoch that a session which begins now carries. `revokeGroup` raises the epoch of its group, and sessions with an
   * older one are revoked. It is read from the store, so that no two clocks are compared: a login right after a
   * `revokeGroup` counts and one right before it does not, on any server.
   */
  epochOf(id: string): Promise<number>;
  /** @param mayBeStale - whether an answer as old as the delay will do */
  isRevoked(id: string, epoch: number, mayBeStale: boolean): Promise<boolean>;
  /**
   * Revokes one session. Resolves to `false` when it was revoked already.
   *
   * @param successor - the session that replaces this one
   */
  revoke(id: string, epoch: number, successor?: string): Promise<boolean>;
  revokeGroup(group: string, except: string | undefined): Promise<void>;
}

/** What {@link revocationsIn} is configured with. Durations in milliseconds. */
export interface RevocationContext {
  readonly now: () => number;
  /** The idle timeout: a cookie that is issued now expires after it, and a revoked session gets no other one. */
  readonly idle: number;
  /** How long an answer of the store may be reused. */
  readonly delay: number;
}

/**
 * The revocations of one subject, or of one session without a subject. Stored as `StoredSession.data`.
 */
interface RevocationRecord {
  /** Sessions with an older epoch are revoked, all except `except`. */
  readonly epoch?: number;
  readonly except?: string | undefined;
  /** Sessions that were revoked one by one, each with the instant when its last cookie has expired. */
  readonly ids?: Readonly<Record<string, number>>;
}

/** A record as it was read. */
interface ReadRecord {
  readonly readAt: number;
  readonly key: string;
  readonly record: RevocationRecord;
  /** 0 when the store has none. */
  readonly version: number;
}

/** Records and store keys that a process remembers, some hundred bytes each. */
const MAX_CACHED = 10_000;

/**
 * Ids in one record: sessions of one subject that ended within an idle timeout, by logouts and by new ids. One more
 * revokes all sessions of the subject except the successor, to bound what every request reads.
 */
const MAX_IDS = 500;

/** Milliseconds for which a request that has just read the record may still issue a cookie of a revoked session. */
const MARGIN = 600_000;

const MAX_ATTEMPTS = 40;

/** Keeps one record for each subject that ended a session. */
export function revocationsIn(store: GuardedStore, { now, idle, delay }: RevocationContext): Revocations {
  const cache = new Map<string, ReadRecord>();
  const keys = new Map<string, string>();
  let changes = 0;

  const expiry = () => now() + idle + MARGIN;

  async function keyOf(group: string): Promise<string> {
    const known = keys.get(group);
    if (known !== undefined) return known;
    const key = await sha256(group);
    setBounded(keys, group, key);
    return key;
  }

  async function load(group: string): Promise<ReadRecord> {
    const readAt = now();
    const key = await keyOf(group);
    const stored = await store.load(key);
    const record = stored === null ? {} : parseJson(stored.data);
    return { readAt, key, record: isRecord(record) ? record : {}, version: stored?.version ?? 0 };
  }

  async function read(group: string, mayBeStale: boolean): Promise<RevocationRecord> {
    const cached = mayBeStale ? cache.get(group) : undefined;
    if (cached !== undefined && now() - cached.readAt < delay) return cached.record;
    const changesBefore = changes;
    const loaded = await load(group);
    // A record that this process may have changed during the read must not be remembered as it was.
    if (delay > 0 && changes === changesBefore) setBounded(cache, group, loaded);
    return loaded.record;
  }

  /** @param toNext - returns the record it was given when nothing has to be written */
  async function change(group: string, toNext: (record: RevocationRecord) => RevocationRecord): Promise<void> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const { key, record, version } = await load(group);
      const next = toNext(record);
      if (next === record) return;
      const stored = { data: JSON.stringify(next), version: version + 1, createdAt: now(), expiresAt: expiry() };
      const isWritten =
        version === 0 ? await store.create(key, stored) : (await store.update(key, stored, version)) === "ok";
      changes += 1;
      cache.delete(group);
      if (isWritten) return;
      await backOff(attempt);
    }
    throw new SessionConflictError("Other requests kept changing the revocations; try again.");
  }

  /** Revokes every session of the record by its epoch. Ids need no entry then, and an earlier logout is not undone. */
  function withNewEpoch({ epoch = 0, ids = {} }: RevocationRecord, except: string | undefined): RevocationRecord {
    const newEpoch = Math.max(now(), epoch + 1);
    const isSpared = except !== undefined && !(except in ids);
    return isSpared ? { epoch: newEpoch, except } : { epoch: newEpoch };
  }

  return {
    epochOf: async (id) => (await read(groupOf(id), false)).epoch ?? 0,

    isRevoked: async (id, epoch, mayBeStale) => isRevokedIn(await read(groupOf(id), mayBeStale), id, epoch),

    async revoke(id, epoch, successor) {
      let isNew = false;
      await change(groupOf(id), (record) => {
        isNew = !isRevokedIn(record, id, epoch);
        if (!isNew) return record;
        const ids = Object.entries(record.ids ?? {}).filter(([, expiresAt]) => expiresAt > now());
        if (ids.length >= MAX_IDS) return withNewEpoch(record, successor);
        return { ...record, ids: Object.fromEntries([...ids, [id, expiry()]]) };
      });
      return isNew;
    },

    revokeGroup: (group, except) => change(group, (record) => withNewEpoch(record, except)),
  };
}

function isRevokedIn({ epoch: minEpoch = 0, except, ids = {} }: RevocationRecord, id: string, epoch: number): boolean {
  return id in ids || (epoch < minEpoch && id !== except);
}

/** Adds an entry, after emptying a map that is full. */
function setBounded<Value>(map: Map<string, Value>, key: string, value: Value): void {
  if (map.size >= MAX_CACHED && !map.has(key)) map.clear();
  map.set(key, value);
}
