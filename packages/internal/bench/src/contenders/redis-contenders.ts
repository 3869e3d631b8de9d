import { type RedisClient, redisStore } from "@coatcheck/stores/redis";
import { RedisStore } from "connect-redis";
import { coatcheckOver } from "./coatcheck.ts";
import type { Contender } from "./contender.ts";
import { expressSessionOver } from "./express-session.ts";
import { honoSessionOver } from "./hono-session.ts";
import type { BenchRedisClient } from "./redis-client.ts";

/** The lifetime of sessions in the other libraries, in seconds. coatcheck uses its default. */
const TTL = 86_400;

/** The contenders with sessions in Redis, all with the same client. */
export function redisContenders(client: BenchRedisClient): Contender[] {
  const key = (sid: string): string => `hono:${sid}`;
  return [
    ...coatcheckOver("coatcheck", "Redis", () => redisStore(client as RedisClient)),
    expressSessionOver("express-session, connect-redis", "Redis", () => new RedisStore({ client, ttl: TTL })),
    // A storage as its README suggests. The library does not await `set` and `delete`.
    honoSessionOver("@hono/session, storage", "Redis", () => ({
      async get(sid) {
        const json = await client.get(key(sid));
        return json === null ? null : JSON.parse(json);
      },
      set: (sid, data) => void client.set(key(sid), JSON.stringify(data), { expiration: { type: "EX", value: TTL } }),
      delete: (sid) => void client.del(key(sid)),
    })),
  ];
}
