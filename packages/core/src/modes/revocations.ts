import { sha256 } from "../crypto/session-id.ts";
import { SessionConflictError } from "../errors.ts";
import { backOff } from "../lib/back-off.ts";
import { parseJson } from "../lib/json.ts";
import type { AskStore } from "../stores/guarded-store.ts";
import type { BackendContext } from "./backend.ts";

/** What ends sessions that are kept in cookies only. */
export interface Revocations {
  /**
   * What a session that begins now carries, to be compared with what `denyAll` wrote. It is read from the store, and no
   * two clocks are compared: a login right after a `denyAll` counts, one right before it does not, on whatever servers.
   */
  epochOf(id: string): Promise<number>;
  /** @param isLate - whether an answer may do that is as old as the delay allows */
  isDenied(id: string, epoch: number, isLate?: boolean): Promise<boolean>;
  /** Denies one session; `false` when it was denied already. @param successor - the session that takes its place */
  deny(id: string, epoch: number, successor?: string): Promise<boolean>;
  denyAll(group: string, except: string | undefined): Promise<void>;
}

/** What is denied of the sessions of one subject, or of one session without a subject. Stored as `StoredSession.data`. */
interface Denied {
  /** Sessions with an older epoch are denied, all but `except`. */
  readonly epoch?: number;
  readonly except?: string | undefined;
  /** Sessions denied one by one, each with the instant by when its last cookie has expired. */
  readonly ids?: Readonly<Record<string, number>>;
}

/** Records that a process remembers, some hundred bytes each. */
const MAX_CACHED = 10_000;

/**
 * Sessions of one subject that ended within an idle timeout, by logouts and by new ids. One more ends all of its sessions
 * but the one that takes its place, to bound what is read each time.
 */
const MAX_IDS = 500;

/** Milliseconds for which a cookie may be issued after its session was denied, by a request that had just asked. */
const MARGIN = 600_000;

const MAX_ATTEMPTS = 40;

/** An id is a random part and the group of its subject, if any: so one read answers for the session and the subject. */
const groupOf = (id: string): string => id.slice(22) || id;

/**
 * One record for each subject that ended a session, in any session store.
 *
 * @param context.idle - until a cookie that is issued now has expired; of a denied session no other one follows
 * @param delay - milliseconds for which an earlier answer may be believed
 */
export function revocationsIn(ask: AskStore, { now, idle, seen }: BackendContext, delay: number): Revocations {
  const cache = new Map<string, Awaited<ReturnType<typeof load>>>();
  let changes = 0;
  const until = () => now() + idle + MARGIN;

  async function load(group: string) {
    const at = now();
    // A hash, worked out once. No cookie holds a semicolon.
    const key = seen.get(`;${group}`) ?? (await sha256(group));
    seen.set(`;${group}`, key);
    const found = await ask("load", key);
    const denied = (found ? parseJson(found.data) : {}) as Denied;
    return { at, key, denied, version: found?.version ?? 0 };
  }

  async function read(group: string, isLate?: boolean): Promise<Denied> {
    let entry = isLate ? cache.get(group) : undefined;
    if (entry === undefined || now() - entry.at >= delay) {
      const before = changes;
      entry = await load(group);
      if (cache.size >= MAX_CACHED) cache.clear();
      // What this process has changed meanwhile, it must not believe to be as it was.
      if (delay > 0 && before === changes) cache.set(group, entry);
    }
    return entry.denied;
  }

  async function change(group: string, toNext: (denied: Denied) => Denied): Promise<void> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const { key, denied, version } = await load(group);
      const next = toNext(denied);
      if (next === denied) return;
      const record = { data: JSON.stringify(next), version: version + 1, createdAt: now(), expiresAt: until() };
      const isDone = version ? (await ask("update", key, record, version)) === "ok" : await ask("create", key, record);
      changes += 1;
      cache.delete(group);
      if (isDone) return;
      await backOff(attempt);
    }
    throw new SessionConflictError("Others kept changing the revocations.");
  }

  return {
    epochOf: async (id) => (await read(groupOf(id))).epoch ?? 0,

    isDenied: async (id, epoch, isLate) => isIn(await read(groupOf(id), isLate), id, epoch),

    async deny(id, epoch, successor) {
      let isNew = false;
      await change(groupOf(id), (denied) => {
        isNew = !isIn(denied, id, epoch);
        if (!isNew) return denied;
        const ids = Object.entries(denied.ids ?? {}).filter(([, end]) => end > now());
        if (ids.length >= MAX_IDS) return endAll(denied, successor);
        return { ...denied, ids: Object.fromEntries([...ids, [id, until()]]) };
      });
      return isNew;
    },

    denyAll: (group, except) => change(group, (denied) => endAll(denied, except)),
  };

  /** Who is denied by an epoch needs no entry, unless it is to be spared and had ended before. */
  function endAll({ epoch = 0, ids = {} }: Denied, except = ""): Denied {
    return { epoch: Math.max(now(), epoch + 1), ...(except && !(except in ids) && { except }) };
  }
}

function isIn({ epoch: oldest = 0, except, ids = {} }: Denied, id: string, epoch: number): boolean {
  return id in ids || (epoch < oldest && id !== except);
}
