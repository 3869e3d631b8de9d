import { assertArgument } from "./assert-argument.ts";
import { toPrefix } from "./prefix.ts";
import { type RedisOptions, type RedisStore, type RunScript, scriptStore } from "./redis/script-store.ts";

export type { RedisOptions, RedisStore } from "./redis/script-store.ts";

/** The part of a Redis client that the store uses. */
export type RedisClient = NodeRedisClient | VariadicRedisClient;

/** A client, pool, sentinel or cluster of `redis` (node-redis). */
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
 * Stores sessions in Redis 6.2 or newer, alone or as a Cluster, or in a server with its protocol and scripts: Valkey,
 * KeyDB, Dragonfly. Redis removes expired sessions by itself.
 *
 * @param client - a connected client of `redis`, `ioredis` or Bun. The caller closes it. Turn off its queue for offline
 *   commands: during an outage requests then fail at once instead of waiting for their timeout
 * @throws `INVALID_OPTION` when `client` is none of these, or for an invalid `prefix`
 */
export function redisStore(client: RedisClient, options: RedisOptions = {}): RedisStore {
  const prefix = toPrefix("redisStore", options);
  return scriptStore(toRunScript(client), prefix, options.now ?? Date.now);
}

function toRunScript(client: RedisClient): RunScript {
  // The eval of Upstash's client has a third signature.
  const isClient = typeof client?.eval === "function" && !("createScript" in client);
  assertArgument(
    isClient && ("evalSha" in client || "evalsha" in client),
    "redisStore: the first argument must be a client of redis, ioredis or Bun: redisStore(await createClient().connect()). Use upstashStore for a client of @upstash/redis",
  );
  if ("evalSha" in client) {
    return (script, key, args) => client.eval(script, { keys: [key], arguments: [...args] });
  }
  return async (script, key, args) => {
    try {
      return await client.eval(script, 1, key, ...args);
    } catch (error) {
      // ioredis adds the command, and with it the session data. Errors end up in logs (SEC-41).
      if (typeof error === "object" && error !== null) Reflect.deleteProperty(error, "command");
      throw error;
    }
  };
}
