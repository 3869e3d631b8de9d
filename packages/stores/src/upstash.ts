import { assertArgument } from "./assert-argument.ts";
import { toPrefix } from "./prefix.ts";
import { type RedisOptions, type RedisStore, type RunScript, redisSessions } from "./redis/store.ts";

export type { RedisOptions, RedisStore } from "./redis/store.ts";

/** What is used of the client of `@upstash/redis`. */
export interface UpstashClient {
  eval(script: string, keys: string[], args: string[]): Promise<unknown>;
  createScript: unknown;
}

/**
 * Sessions in Upstash Redis, over HTTP: for edge functions that have no sockets. The same scripts and keys as of
 * `redisStore`, so a server with a socket can share them.
 *
 * @throws `INVALID_OPTION` when `client` is no client of `@upstash/redis`, or for a `prefix` that no key may have
 */
export function upstashStore(client: UpstashClient, options: RedisOptions = {}): RedisStore {
  assertArgument(
    typeof client?.eval === "function" && "createScript" in client,
    'upstashStore: the first argument must be a client of "@upstash/redis": upstashStore(new Redis({ url, token }))',
  );
  const prefix = toPrefix("upstashStore", options);
  const run: RunScript = async (script, key, args) => {
    try {
      return await client.eval(script, [key], [...args]);
    } catch (error) {
      throw withoutCommand(error);
    }
  };
  return redisSessions(run, prefix, options.now ?? Date.now);
}

/**
 * The client puts the command, with the data in it, into the message of some errors, and errors end up in logs (SEC-41).
 * A new error, because a stack repeats the message; the old one is no cause of it for the same reason.
 */
function withoutCommand(error: unknown): unknown {
  const [reason, command] = String((error as Partial<Error> | null)?.message).split(/,? command was: /);
  return command === undefined ? error : new Error(`Upstash: ${reason}`);
}
