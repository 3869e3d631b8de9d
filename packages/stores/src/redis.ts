import { assertArgument } from "./assert-argument.ts";
import { toPrefix } from "./prefix.ts";
import { type RedisOptions, type RedisStore, type RunScript, redisSessions } from "./redis/store.ts";

export type { RedisOptions, RedisStore } from "./redis/store.ts";

/** What is used of a Redis client. */
export type RedisClient = NodeRedisClient | VariadicRedisClient;

/** The client, pool, sentinel or cluster of `redis` (node-redis). */
export interface NodeRedisClient {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  evalSha: unknown;
}

/** `Redis` and `Cluster` of `ioredis`, and Bun's `RedisClient`. */
export interface VariadicRedisClient {
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
  evalsha: unknown;
}

/**
 * Sessions in Redis, or in what speaks its protocol and runs its scripts: Valkey, KeyDB, Dragonfly; 6.2 or newer, single
 * or as a Cluster. Each session expires in Redis by itself.
 *
 * @param client - a connected client of `redis`, `ioredis` or Bun; it stays the caller's to close. With its queue for
 *   offline commands turned off, requests fail at once during an outage instead of waiting for their timeout
 * @throws `INVALID_OPTION` when it is none of these, or for a `prefix` that no key may have
 */
export function redisStore(client: RedisClient, options: RedisOptions = {}): RedisStore {
  const prefix = toPrefix("redisStore", options);
  return redisSessions(toRunScript(client), prefix, options.now ?? Date.now);
}

function toRunScript(client: RedisClient): RunScript {
  // Upstash's client has an eval of a third kind.
  const isClient = typeof client?.eval === "function" && !("createScript" in client);
  assertArgument(
    isClient && ("evalSha" in client || "evalsha" in client),
    "redisStore: the first argument must be a client of redis, ioredis or Bun: redisStore(await createClient().connect()); for @upstash/redis there is upstashStore",
  );
  if ("evalSha" in client) {
    return (script, key, args) => client.eval(script, { keys: [key], arguments: [...args] });
  }
  return async (script, key, args) => {
    try {
      return await client.eval(script, 1, key, ...args);
    } catch (error) {
      // ioredis adds the command with the data in it, and errors end up in logs (SEC-41).
      if (typeof error === "object" && error !== null) Reflect.deleteProperty(error, "command");
      throw error;
    }
  };
}
