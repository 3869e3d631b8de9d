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
   * Where in the storage: each `:` ends a folder, and so does the end. Letters, digits and `_ . : -`, 64 at most; no
   * folder's name ends in a dot.
   * @default "session"
   */
  readonly prefix?: string;
  /** Epoch milliseconds; turns the instant when a session expires into the `ttl` that some drivers take. @default Date.now */
  readonly now?: () => number;
}

/** What is used of a `Storage` of unstorage. */
export interface UnstorageStorage {
  getItem(key: string): Promise<unknown>;
  setItem(key: string, value: string, options: { ttl: number }): Promise<void>;
  removeItem(key: string): Promise<void>;
  getKeys(base: string): Promise<string[]>;
  /** Where it has it, for a look at what is below. */
  getMount?(key?: string): { readonly driver?: { readonly setItem?: unknown; readonly options?: unknown } };
}

/**
 * Before each record. `getItem`, and the clients below some drivers, turn any text that looks like JSON into what it
 * says; with this before it a text comes back as it went, from every driver, as text.
 */
const MARK = "coatcheck:";
/** How many sessions a sweep looks at side by side. */
const SWEEP_BATCH = 100;

/** Two stores of one process over one storage wait for each other as well. */
const locks = new WeakMap<UnstorageStorage, KeyLock>();

/**
 * Sessions in any storage of unstorage: files, Redis, Cloudflare KV and two dozen more. Within one process it compares
 * and swaps, and nobody sees a file that is half written. Across processes no driver offers that: of two servers that
 * write the same session at once one may lose what it wrote, and a write under way may undo a logout on the other.
 * Hence `atomic: false`; and `consistency: "eventual"`, because some drivers read from caches.
 *
 * No `SubjectIndex`: a list of a subject's sessions that several processes write, without comparing and swapping,
 * forgets some, and a "log out everywhere" that forgets a session is worse than none.
 *
 * @throws `INVALID_OPTION` when `storage` is none, or for the prefix
 */
export function unstorageStore(storage: UnstorageStorage, options: UnstorageStoreOptions = {}): SessionStore & Sweeper {
  const methods = [storage?.getItem, storage?.setItem, storage?.removeItem, storage?.getKeys];
  assertArgument(
    methods.every((method) => typeof method === "function"),
    "unstorageStore: the first argument must be a storage of unstorage: unstorageStore(createStorage({ driver }))",
  );
  const { prefix = "session", now = Date.now } = options;
  const base = toBase(prefix);
  assertArgument(isWritable(storage, base), "unstorageStore: the storage's driver takes no writes: it is read-only");
  const lock = locks.get(storage) ?? keyLock();
  locks.set(storage, lock);

  async function look(name: string): Promise<Found> {
    const value = await storage.getItem(name);
    // The drivers for files resolve with the error when they cannot read what is there.
    if (isError(value)) throw value;
    const isOurs = typeof value === "string" && value.startsWith(MARK);
    const record = isOurs ? parseRecord(value.slice(MARK.length)) : null;
    return { isPresent: value !== null && value !== undefined, record };
  }

  async function put(name: string, record: StoredSession): Promise<void> {
    // Whole seconds, and never 0, which drivers take for "no expiry".
    const ttl = Math.max(1, Math.ceil((record.expiresAt - now()) / 1000));
    await storage.setItem(name, MARK + toRecord(record), { ttl });
  }

  async function remove(name: string): Promise<void> {
    await storage.removeItem(name);
    // The drivers for files do not say when they cannot remove one. A logout that did not happen must not look like one.
    const left = toSession(await look(name));
    if (left !== null) await put(name, { ...left, data: "", version: ENDED });
  }

  return {
    traits: { atomic: false, consistency: "eventual" },

    async load(key) {
      const name = toName(base, key);
      return toSession(await lock.read(name, () => look(name)));
    },

    async create(key, session) {
      const name = toName(base, key);
      return lock.write(name, async (assertMine) => {
        // What cannot be read is nobody's session any more, and gives way.
        if ((await look(name)).record !== null) return false;
        assertMine();
        await put(name, session);
        return true;
      });
    },

    async update(key, session, expectedVersion) {
      const name = toName(base, key);
      return lock.write(name, async (assertMine) => {
        const found = toSession(await look(name));
        if (found === null) return "gone";
        if (found.version !== expectedVersion) return "conflict";
        assertMine();
        await put(name, session);
        return "ok";
      });
    },

    async touch(key, expiresAt) {
      const name = toName(base, key);
      return lock.write(name, async (assertMine) => {
        const found = toSession(await look(name));
        if (found === null) return false;
        if (expiresAt <= found.expiresAt) return true;
        assertMine();
        await put(name, { ...found, expiresAt });
        return true;
      });
    },

    async delete(key, expectedVersion) {
      const name = toName(base, key);
      return lock.write(name, async (assertMine) => {
        const there = await look(name);
        const found = toSession(there);
        if (found !== null && expectedVersion !== undefined && found.version !== expectedVersion) return "conflict";
        assertMine();
        // Half a record goes too: another process may be about to write the other half.
        if (there.isPresent) await remove(name);
        return found === null ? "gone" : "ok";
      });
    },

    async sweep(at = now()) {
      const instant = toInstant(at);
      const names = (await storage.getKeys(base)).filter((name) => isName(base, name));
      let removed = 0;
      for (let index = 0; index < names.length; index += SWEEP_BATCH) {
        const batch = names.slice(index, index + SWEEP_BATCH).map((name) =>
          lock.write(name, async (assertMine) => {
            const there = await look(name);
            // Half a record stays: its writer may have died, and may as well be another process that is still at it,
            // for a visitor who is there. Neither says when it expires; a crash leaves one file, a wrong guess ends a
            // live session.
            if (there.record === null || there.record.expiresAt > instant) return false;
            assertMine();
            await remove(name);
            return toSession(there) !== null;
          }),
        );
        removed += (await Promise.all(batch)).filter(Boolean).length;
      }
      return removed;
    },
  };
}

/** What is under a name: nothing, something that is no record, or a record. */
interface Found {
  readonly isPresent: boolean;
  readonly record: StoredSession | null;
}

/** The version of a record that says: this session has ended. Real ones begin at 1. */
const ENDED = 0;

function toSession({ record }: Found): StoredSession | null {
  return record?.version === ENDED ? null : record;
}

/** unstorage resolves as if all were well when a driver cannot write: visitors would be logged in to nothing. */
function isWritable(storage: UnstorageStorage, base: string): boolean {
  const driver = storage.getMount?.(base)?.driver;
  if (driver === undefined) return true;
  const { readOnly } = (driver.options ?? {}) as { readonly readOnly?: unknown };
  return typeof driver.setItem === "function" && readOnly !== true;
}

function isError(value: unknown): boolean {
  return Object.prototype.toString.call(value) === "[object Error]";
}
