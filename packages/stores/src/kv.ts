import type { SessionStore, StoredSession } from "@coatcheck/core";
import { assertArgument, assertStoreKey } from "./assert-argument.ts";
import { type PrefixOptions, toPrefix } from "./prefix.ts";
import { parseRecord, toRecord } from "./record.ts";

/** What this store uses of a KV namespace, as Cloudflare's `KVNamespace` has it. */
export interface KVNamespaceClient {
  get(key: string): Promise<string | null>;
  /** Never called. It is what an R2 bucket lacks. */
  getWithMetadata(key: string): Promise<unknown>;
  put(key: string, value: string, options: { expirationTtl: number; metadata: object }): Promise<void>;
  delete(key: string): Promise<void>;
  list(options: { prefix: string; limit: number }): Promise<{ readonly keys: readonly unknown[] }>;
}

/** Options of {@link cloudflareKVStore}. */
export interface CloudflareKVStoreOptions extends PrefixOptions {
  /** Epoch milliseconds; decides only how long KV keeps a record. @default Date.now */
  readonly now?: () => number;
}

/** Seconds. KV refuses to keep a value for less. */
const MIN_TTL = 60;

/**
 * Sessions in Cloudflare KV: reads are fast all over the world, and may be a minute old or more.
 *
 * KV cannot compare and write in one step, and answers from caches. So a logout is seen elsewhere only when the copy
 * there is a minute old, parallel writers lose updates, and a request that read the session before a logout and writes
 * it afterwards, or refreshes its expiry, brings it back. Where a logout must hold use `durableObjectStore`.
 *
 * There is no subject index: `list` and `revokeAll` throw `UNSUPPORTED`. An index in KV would be as stale as the rest,
 * so that ending "all" sessions would miss those of the last minute, and nobody would be told. KV's own expiry cleans up.
 *
 * @param namespace - the binding, `env.SESSIONS`
 * @throws `INVALID_OPTION`
 */
export function cloudflareKVStore(namespace: KVNamespaceClient, options: CloudflareKVStoreOptions = {}): SessionStore {
  assertArgument(
    isKVNamespace(namespace),
    'cloudflareKVStore: the first argument must be a KV namespace: cloudflareKVStore(env.SESSIONS), with "kv_namespaces": [{ "binding": "SESSIONS", "id": "<the id of the namespace>" }] in wrangler.jsonc',
  );
  const prefix = toPrefix("cloudflareKVStore", options);
  const { now = Date.now } = options;

  function nameOf(key: string): string {
    assertStoreKey(key);
    return prefix + key;
  }

  async function find(name: string): Promise<StoredSession | null> {
    const text = await namespace.get(name);
    return text === null ? null : parseRecord(text);
  }

  /**
   * The whole record is the value. Its text survives UTF-8, which `data` alone does not when it holds half a surrogate
   * pair, and metadata has 1024 bytes, which a long subject would outgrow. The metadata tells those who list the
   * namespace which sessions have ended and are there only because of the shortest time KV takes.
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
      return find(nameOf(key));
    },

    async create(key, session) {
      const name = nameOf(key);
      // Not by reading it: KV remembers for a minute that there was nothing, so that the next request, at another of its
      // locations, would find the visitor logged out again. A listing is not remembered.
      const { keys } = await namespace.list({ prefix: name, limit: 1 });
      if (keys.length > 0) return false;
      await put(name, session);
      return true;
    },

    async update(key, session, expectedVersion) {
      const name = nameOf(key);
      const found = await find(name);
      if (found === null) return "gone";
      if (found.version !== expectedVersion) return "conflict";
      await put(name, { ...session, version: expectedVersion + 1 });
      return "ok";
    },

    async touch(key, expiresAt) {
      const name = nameOf(key);
      const found = await find(name);
      if (found === null) return false;
      if (expiresAt > found.expiresAt) await put(name, { ...found, expiresAt });
      return true;
    },

    async delete(key, expectedVersion) {
      const name = nameOf(key);
      const found = await find(name);
      if (expectedVersion !== undefined && found !== null && found.version !== expectedVersion) return "conflict";
      // Also when nothing was found: what was read may be older than the session.
      if (expectedVersion === undefined || found !== null) await namespace.delete(name);
      return found === null ? "gone" : "ok";
    },
  };
}

/** Other bindings have some of these methods, and a service binding seems to have every method there could be. */
function isKVNamespace(value: unknown): boolean {
  if (typeof value !== "object" || value === null || "fetch" in value) return false;
  const methods = ["get", "getWithMetadata", "put", "delete", "list"] satisfies (keyof KVNamespaceClient)[];
  return methods.every((method) => typeof Reflect.get(value, method) === "function");
}
