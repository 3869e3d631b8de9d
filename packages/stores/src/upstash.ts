import { assertArgument } from "./assert-argument.ts";
import { toPrefix } from "./prefix.ts";
import { type RedisOptions, type RedisStore, type RunScript, scriptStore } from "./redis/script-store.ts";

export type { RedisOptions, RedisStore } from "./redis/script-store.ts";

/** The part of the `@upstash/redis` client that the store uses. */
export interface UpstashClient {
  eval(script: string, keys: string[], args: string[]): Promise<unknown>;
  createScript: unknown;
}

/**
 * Stores sessions in Upstash Redis over HTTP, for edge functions without sockets. It uses the same scripts and keys as
 * `redisStore`, so that a server with a socket can share the sessions.
 *
 * @throws `INVALID_OPTION` when `client` is not a client of `@upstash/redis`, or for an invalid `prefix`
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
  return scriptStore(run, prefix, options.now ?? Date.now);
}

/**
 * Drops the command, and with it the session data, that the client adds to some messages: errors end up in logs
 * (SEC-41). The result is a new error without a cause, because the stack and the cause repeat the message.
 */
function withoutCommand(error: unknown): unknown {
  const [reason, command] = String((error as Partial<Error> | null)?.message).split(/,? command was: /);
  return command === undefined ? error : new Error(`Upstash: ${reason}`);
}
