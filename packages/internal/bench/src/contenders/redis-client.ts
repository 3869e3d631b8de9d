import { createClient, type RedisClientType, type RedisDefaultModules } from "redis";

type None = Record<never, never>;

/** A client of node-redis, as all contenders share it. */
export type BenchRedisClient = RedisClientType<RedisDefaultModules, None, None, 3, None>;

export function connectRedis(url: string): Promise<BenchRedisClient> {
  return createClient({ url }).connect();
}
