import type { SessionStore, StoredSession } from "@coatcheck/core";
import { assertArgument } from "./assert-argument.ts";
import { isBinding } from "./cloudflare-binding.ts";
import { type PrefixOptions, toPrefix } from "./prefix.ts";
import { parseRecord, toRecord } from "./record.ts";
import { assertStoreKey } from "./store-key.ts";

/** The part of Cloudflare's `KVNamespace` that the store uses. */
export interface KVNamespaceClient {
  get(key: string): Promise<string | null>;
  /** Never called. R2 buckets lack this method, which tells them from a KV namespace. */
  getWithMetadata(key: string): Promise<unknown>;
  put(key: string, value: string, options: { expirationTtl: number; metadata: object }): Promise<void>;
  delete(key: string): Promise<void>;
  list(options: { prefix: string; limit: number }): Promise<{ readonly keys: readonly unknown[] }>;
}

/** Options of {@link cloudflareKVStore}. */
export interface CloudflareKVStoreOptions extends PrefixOptions {
  /** Epoch milliseconds. Decides only how long KV keeps a record. @default Date.now */
  readonly now?: () => number;
}

/** Seconds. KV rejects a shorter time to live. */
const MIN_TTL = 60;

/**
 * Stores sessions in Cloudflare KV. Reads are fast all over the world, and may be a minute old or more.
 *
 * KV cannot compare and swap, and answers from caches. So other locations see a logout up to a minute later, parallel
 * writers lose updates, and a request that read the session before a logout and writes or touches it afterwards
 * restores it. Use `durableObjectStore` where a logout must be final.
 *
 * There is no subject index: `list` and `revokeAll` throw `UNSUPPORTED`. An index in KV would be stale as well, and
 * ending "all" sessions would silently miss those of the last minute. KV removes expired sessions by itself.
 *
 * @param namespace - the binding, `env.SESSIONS`
 * @throws `INVALID_OPTION`
 */
export function cloudflareKVStore(namespace: KVNamespaceClient, options: CloudflareKVStoreOptions = {}): SessionStore {
  assertArgument(
    isBinding<KVNamespaceClient>(namespace, ["get", "getWithMetadata", "put", "delete", "list"]),
    'cloudflareKVStore: the first argument must be a KV namespace: cloudflareKVStore(env.SESSIONS), with "kv_namespaces": [{ "binding": "SESSIONS", "id": "<the id of the namespace>" }] in wrangler.jsonc',
  );
  const prefix = toPrefix("cloudflareKVStore", options);
  const { now = Date.now } = options;

  function toName(key: string): string {
    assertStoreKey(key);
    return prefix + key;
  }

  async function find(name: string): Promise<StoredSession | null> {
    const text = await namespace.get(name);
    return text === null ? null : parseRecord(text);
  }

  /**
   * The value holds the whole record. JSON survives the conversion to UTF-8, while `data` alone would not when it holds
   * a lone surrogate. Metadata is limited to 1024 bytes, too few for a long subject. It only shows an operator who
   * lists the namespace which sessions have expired but live on because of the minimum time to live.
   */
  function put(name: string, session: StoredSession): Promise<void> {
    const { version, expiresAt } = session;
    const secondsLeft = Math.ceil((expiresAt - now()) / 1000);
    return namespace.put(name, toRecord(session), {
      expirationTtl: Math.max(MIN_TTL, secondsLeft),
      metadata: { version, expiresAt },
    });
  }

  return {
    traits: { atomic: false, consistency: "eventual", minTtl: MIN_TTL },

    async load(key) {
      return find(toName(key));
    },

    async create(key, session) {
      const name = toName(key);
      // A read would make KV cache for a minute that the key is missing, and the visitor's next request would find no
      // session. Listings are not cached.
      const { keys } = await namespace.list({ prefix: name, limit: 1 });
      if (keys.length > 0) return false;
      await put(name, session);
      return true;
    },

    async update(key, session, expectedVersion) {
      const name = toName(key);
      const found = await find(name);
      if (found === null) return "gone";
      if (found.version !== expectedVersion) return "conflict";
      await put(name, { ...session, version: expectedVersion + 1 });
      return "ok";
    },

    async touch(key, expiresAt) {
      const name = toName(key);
      const found = await find(name);
      if (found === null) return false;
      if (expiresAt > found.expiresAt) await put(name, { ...found, expiresAt });
      return true;
    },

    async delete(key, expectedVersion) {
      const name = toName(key);
      const found = await find(name);
      if (expectedVersion !== undefined && found !== null && found.version !== expectedVersion) return "conflict";
      // Without a version, delete even when nothing was found: the read may be older than the session.
      if (expectedVersion === undefined || found !== null) await namespace.delete(name);
      return found === null ? "gone" : "ok";
    },
  };
}
