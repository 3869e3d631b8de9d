import { type Engine, startOrSkip, startRedis } from "@coatcheck/engines";
import type { ShopEnvironment } from "../shop-process.ts";

/** What the shop is started with to keep sessions there, by the names of the kinds that can be had on this machine. */
export interface KindsHere {
  readonly environments: Readonly<Record<string, ShopEnvironment>>;
  stop(): Promise<void>;
}

/** @param what - the tests that need them, for the line about a Redis that is missing */
export async function kindsHere(what: string): Promise<KindsHere> {
  const redis: Engine | undefined = await startOrSkip(`${what}, on Redis`, startRedis);
  return {
    environments: {
      signed: { MODE: "signed" },
      encrypted: { MODE: "encrypted" },
      sqlite: { MODE: "sqlite" },
      ...(redis && { redis: { MODE: "redis", REDIS_URL: redis.url } }),
    },
    stop: async () => redis?.stop(),
  };
}
