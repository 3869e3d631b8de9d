import { MissingEngineError, startRedis } from "@coatcheck/engines";
import { CONTENDERS } from "../contenders/contenders.ts";
import { type BenchRedisClient, connectRedis } from "../contenders/redis-client.ts";
import { redisContenders } from "../contenders/redis-contenders.ts";
import { describeRuntime } from "../measurement/machine.ts";
import type { BenchOptions } from "../options.ts";
import { currentRuntime } from "../runtimes.ts";
import { countByRedis } from "../workloads/count-redis-commands.ts";
import { type ForgedIdsResult, measureForgedIds } from "../workloads/forged-ids.ts";
import { GROUPS, type GroupName } from "../workloads/groups.ts";
import { measureGroup, type WorkloadResult } from "../workloads/measure-group.ts";
import { countByWrapper, countRoundTrips, type RoundTrips } from "../workloads/round-trips.ts";

/** The results of one runtime. */
export interface RuntimeResults {
  /** `Node 24.21.0`. */
  readonly runtime: string;
  readonly workloads: readonly WorkloadResult[];
  /** `Redis 7.0.15`; missing where Redis is not installed. */
  readonly redis?: string | undefined;
  readonly forgedIds?: ForgedIdsResult | undefined;
  readonly roundTrips?: readonly RoundTrips[] | undefined;
}

/** How many forged ids each contender receives. */
const FORGED_IDS = 10_000;

/**
 * Runs the workloads in this process.
 *
 * @param report - called with a description of each measurement before it starts
 */
export async function measureWorkloads(
  options: BenchOptions,
  report: (description: string) => void,
): Promise<RuntimeResults> {
  const { parts, isQuick } = options;
  const isNode = currentRuntime() === "node";
  const results: WorkloadResult[] = [];
  for (const group of GROUPS.filter(({ name }) => parts.has(name) && name !== "redis")) {
    results.push(...(await measureGroup(group, CONTENDERS, options, report)));
  }
  let forgedIds: ForgedIdsResult | undefined;
  const inMemory = CONTENDERS.filter(({ protection }) => protection === "server");
  if (isNode && parts.has("forged-ids")) {
    report(`${FORGED_IDS} forged ids`);
    forgedIds = await measureForgedIds(inMemory, FORGED_IDS, isQuick ? 2 : 10);
  }
  let roundTrips: RoundTrips[] | undefined;
  if (isNode && parts.has("round-trips")) {
    report("round trips");
    roundTrips = await countRoundTrips(inMemory, "memory", countByWrapper);
  }
  let redis: string | undefined;
  if (isNode && (parts.has("redis") || parts.has("round-trips"))) {
    redis = await withRedis(async (client) => {
      const contenders = redisContenders(client);
      if (roundTrips) roundTrips.push(...(await countRoundTrips(contenders, "Redis", () => countByRedis(client))));
      const group = GROUPS.find(({ name }) => name === ("redis" satisfies GroupName));
      if (group && parts.has(group.name)) results.push(...(await measureGroup(group, contenders, options, report)));
    });
  }
  return { runtime: describeRuntime(), workloads: results, redis, forgedIds, roundTrips };
}

/** @returns the version of Redis; `undefined` where it is not installed, after a line that says so */
async function withRedis(use: (client: BenchRedisClient) => Promise<void>): Promise<string | undefined> {
  const engine = await startRedis().catch((error: unknown) => {
    if (!(error instanceof MissingEngineError)) throw error;
    console.log(`\nRedis is skipped: ${error.message}`);
    return undefined;
  });
  if (engine === undefined) return undefined;
  const client = await connectRedis(engine.url);
  try {
    await use(client);
  } finally {
    await client.close();
    await engine.stop();
  }
  return engine.version;
}
