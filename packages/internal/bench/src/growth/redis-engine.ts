import { startRedis } from "@coatcheck/engines";
import { redisStore } from "@coatcheck/stores/redis";
import { createClient } from "redis";
import type { GrowthEngine } from "./engine.ts";
import { populate } from "./populate.ts";

export async function startRedisEngine(): Promise<GrowthEngine> {
  // Otherwise Redis would rewrite its append-only file during the rounds, each time its size has doubled.
  const engine = await startRedis(["--auto-aof-rewrite-percentage", "0"]);
  const client = await createClient({ url: engine.url }).connect();
  return {
    version: engine.version,
    async fill(count) {
      const store = redisStore(client, { prefix: `size-${count}:` });
      const sample = await populate(count, (batch) =>
        Promise.all(batch.map(({ key, session }) => store.create(key, session))),
      );
      return { store, sample };
    },
    async runMaintenance() {},
    async stop() {
      await client.close();
      await engine.stop();
    },
  };
}
