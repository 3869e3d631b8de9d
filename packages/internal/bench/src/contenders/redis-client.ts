import { createClient, type RedisClientType, type RedisDefaultModules } from "redis";

type None = Record<never, never>;

/** The client of node-redis that all contenders share. */
export type BenchRedisClient = RedisClientType<RedisDefaultModules, None, None, 3, None>;

export function connectRedis(url: string): Promise<BenchRedisClient> {
  return createClient({ url }).connect();
}
