import type { SessionStore, StoredSession, Sweeper } from "@coatcheck/core";
import { assertArgument } from "./assert-argument.ts";
import { toInstant } from "./instants.ts";
import { type KeyLock, keyLock } from "./key-lock.ts";
import type { PrefixOptions } from "./prefix.ts";
import { parseRecord, toRecord } from "./record.ts";
import { isName, toBase, toName } from "./unstorage-name.ts";

/** Options of {@link unstorageStore}. */
export interface UnstorageStoreOptions extends PrefixOptions {
  /**
   * The folder in the storage; `:` separates folders. At most 64 letters, digits and `_ . : -`. No folder name may end
   * with a dot.
   * @default "session"
   */
  readonly prefix?: string;
  /** Epoch milliseconds. Converts the expiry of a session to the `ttl` that some drivers take. @default Date.now */
  readonly now?: () => number;
}

/** The part of an unstorage `Storage` that the store uses. */
export interface UnstorageStorage {
  getItem(key: string): Promise<unknown>;
  setItem(key: string, value: string, options: { ttl: number }): Promise<void>;
  removeItem(key: string): Promise<void>;
  getKeys(base: string): Promise<string[]>;
  /** Tells which driver the store uses, where the storage has this method. */
  getMount?(key?: string): { readonly driver?: { readonly setItem?: unknown; readonly options?: unknown } };
}

/**
 * Precedes each record. `getItem`, and the clients of some drivers, parse any text that looks like JSON. With the mark,
 * every driver returns the text unchanged.
 */
const MARK = "coatcheck:";
/** How many sessions a sweep reads at once. */
const SWEEP_BATCH = 100;

/** One lock per storage, shared by all stores of this process. */
const locks = new WeakMap<UnstorageStorage, KeyLock>();

/**
 * Stores sessions in any unstorage storage: files, Redis, Cloudflare KV and two dozen more. Within one process the
 * store compares and swaps, and no request reads a file that is only half written. No driver offers this across
 * processes: when two servers write the same session at once, one may lose its changes, and a write in progress may
 * undo a logout on the other server. Hence `atomic: false`, and `consistency: "eventual"`, because some drivers read
 * from caches.
 *
 * There is no `SubjectIndex`: a list that several processes write without compare and swap would lose entries, and a
 * "log out everywhere" that misses a session is worse than none.
 *
 * @throws `INVALID_OPTION` when `storage` is not a storage, or for an invalid prefix
 */
export function unstorageStore(storage: UnstorageStorage, options: UnstorageStoreOptions = {}): SessionStore & Sweeper {
  const methods = [storage?.getItem, storage?.setItem, storage?.removeItem, storage?.getKeys];
  assertArgument(
    methods.every((method) => typeof method === "function"),
    "unstorageStore: the first argument must be a storage of unstorage: unstorageStore(createStorage({ driver }))",
  );
  const { prefix = "session", now = Date.now } = options;
  const base = toBase(prefix);
  assertArgument(isWritable(storage, base), "unstorageStore: the driver of the storage must not be read-only");
  const lock = locks.get(storage) ?? keyLock();
  locks.set(storage, lock);

  async function find(name: string): Promise<Found> {
    const value = await storage.getItem(name);
    // The file drivers resolve with the error when they cannot read a file.
    if (isError(value)) throw value;
    const isOurs = typeof value === "string" && value.startsWith(MARK);
    const record = isOurs ? parseRecord(value.slice(MARK.length)) : null;
    return { isPresent: value !== null && value !== undefined, record };
  }

  async function put(name: string, record: StoredSession): Promise<void> {
    // Whole seconds, and never 0: drivers take 0 for "no expiry".
    const ttl = Math.max(1, Math.ceil((record.expiresAt - now()) / 1000));
    await storage.setItem(name, MARK + toRecord(record), { ttl });
  }

  async function remove(name: string): Promise<void> {
    await storage.removeItem(name);
    // The file drivers do not report a failed removal. A logout that failed must not look like a success.
    const left = toSession(await find(name));
    if (left !== null) await put(name, { ...left, data: "", version: ENDED });
  }

  return {
    traits: { atomic: false, consistency: "eventual" },

    async load(key) {
      const name = toName(base, key);
      return toSession(await lock.read(name, () => find(name)));
    },

    async create(key, session) {
      const name = toName(base, key);
      return lock.write(name, async (assertHeld) => {
        // An unreadable record is no session, and may be overwritten.
        if ((await find(name)).record !== null) return false;
        assertHeld();
        await put(name, session);
        return true;
      });
    },

    async update(key, session, expectedVersion) {
      const name = toName(base, key);
      return lock.write(name, async (assertHeld) => {
        const current = toSession(await find(name));
        if (current === null) return "gone";
        if (current.version !== expectedVersion) return "conflict";
        assertHeld();
        await put(name, session);
        return "ok";
      });
    },

    async touch(key, expiresAt) {
      const name = toName(base, key);
      return lock.write(name, async (assertHeld) => {
        const current = toSession(await find(name));
        if (current === null) return false;
        if (expiresAt <= current.expiresAt) return true;
        assertHeld();
        await put(name, { ...current, expiresAt });
        return true;
      });
    },

    async delete(key, expectedVersion) {
      const name = toName(base, key);
      return lock.write(name, async (assertHeld) => {
        const found = await find(name);
        const current = toSession(found);
        if (current !== null && expectedVersion !== undefined && current.version !== expectedVersion) return "conflict";
        assertHeld();
        // Half a record is removed as well: another process may be about to write the other half.
        if (found.isPresent) await remove(name);
        return current === null ? "gone" : "ok";
      });
    },

    async sweep(at = now()) {
      const instant = toInstant(at);
      const names = (await storage.getKeys(base)).filter((name) => isName(base, name));
      let removed = 0;
      for (let index = 0; index < names.length; index += SWEEP_BATCH) {
        const batch = names.slice(index, index + SWEEP_BATCH).map((name) =>
          lock.write(name, async (assertHeld) => {
            const found = await find(name);
            // Half a record stays. Its writer may have died, or may be another process that is still writing, and the
            // record does not tell. A crash leaves one file behind; a wrong guess would end a live session.
            if (found.record === null || found.record.expiresAt > instant) return false;
            assertHeld();
            await remove(name);
            return toSession(found) !== null;
          }),
        );
        removed += (await Promise.all(batch)).filter(Boolean).length;
      }
      return removed;
    },
  };
}

/** The content under a name: nothing, an unreadable value, or a record. */
interface Found {
  readonly isPresent: boolean;
  readonly record: StoredSession | null;
}

/** The version of a record whose session has ended but could not be removed. Sessions begin at version 1. */
const ENDED = 0;

function toSession({ record }: Found): StoredSession | null {
  return record?.version === ENDED ? null : record;
}

/** With a driver that cannot write, unstorage resolves as if it had written: every login would be lost. */
function isWritable(storage: UnstorageStorage, base: string): boolean {
  const driver = storage.getMount?.(base)?.driver;
  if (driver === undefined) return true;
  const { readOnly } = (driver.options ?? {}) as { readonly readOnly?: unknown };
  return typeof driver.setItem === "function" && readOnly !== true;
}

/** `instanceof` would miss the errors of another realm. */
function isError(value: unknown): boolean {
  return Object.prototype.toString.call(value) === "[object Error]";
}
