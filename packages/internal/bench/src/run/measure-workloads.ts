import { MissingEngineError, startRedis } from "@coatcheck/engines";
import { CONTENDERS } from "../contenders/contenders.ts";
import { type BenchRedisClient, connectRedis } from "../contenders/redis-client.ts";
import { redisContenders } from "../contenders/redis-contenders.ts";
import { describeRuntime } from "../measurement/machine.ts";
import type { BenchOptions } from "../options.ts";
import { currentRuntime } from "../runtimes.ts";
import { countByRedis } from "../workloads/count-redis-commands.ts";
import { type BogusResult, measureBogusIds } from "../workloads/forged-ids.ts";
import { GROUPS, type GroupName } from "../workloads/groups.ts";
import { measureGroup, type WorkResult } from "../workloads/measure-group.ts";
import { countByWrapper, countRoundTrips, type RoundTrips } from "../workloads/round-trips.ts";

/** What came of the works in one runtime. */
export interface RuntimeResults {
  /** `Node 24.21.0`. */
  readonly runtime: string;
  readonly works: readonly WorkResult[];
  /** `Redis 7.0.15`; missing where it is not installed. */
  readonly redis?: string | undefined;
  readonly bogus?: BogusResult | undefined;
  readonly roundTrips?: readonly RoundTrips[] | undefined;
}

/** Forged ids that each contender is sent. */
const BOGUS_IDS = 10_000;

/** Does the works in this process. @param report - is told what is measured next */
export async function measureWorks(options: BenchOptions, report: (what: string) => void): Promise<RuntimeResults> {
  const { parts, isQuick } = options;
  const isHome = currentRuntime() === "node";
  const results: WorkResult[] = [];
  for (const group of GROUPS.filter(({ name }) => parts.has(name) && name !== "redis")) {
    results.push(...(await measureGroup(group, CONTENDERS, options, report)));
  }
  let bogus: BogusResult | undefined;
  const inMemory = CONTENDERS.filter(({ protection }) => protection === "server");
  if (isHome && parts.has("bogus")) {
    report(`${BOGUS_IDS} bogus ids`);
    bogus = await measureBogusIds(inMemory, BOGUS_IDS, isQuick ? 2 : 10);
  }
  let roundTrips: RoundTrips[] | undefined;
  if (isHome && parts.has("round-trips")) {
    report("round trips");
    roundTrips = await countRoundTrips(inMemory, "memory", countByWrapper);
  }
  let redis: string | undefined;
  if (isHome && (parts.has("redis") || parts.has("round-trips"))) {
    redis = await withRedis(async (client) => {
      const contenders = redisContenders(client);
      if (roundTrips) roundTrips.push(...(await countRoundTrips(contenders, "Redis", () => countByRedis(client))));
      const group = GROUPS.find(({ name }) => name === ("redis" satisfies GroupName));
      if (group && parts.has(group.name)) results.push(...(await measureGroup(group, contenders, options, report)));
    });
  }
  return { runtime: describeRuntime(), works: results, redis, bogus, roundTrips };
}

/** @returns its version, or `undefined` where there is none; that is said in a line */
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
