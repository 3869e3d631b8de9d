import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { MissingEngineError, startRedis } from "@coatcheck/engines";
import { CONTENDERS } from "../contenders/contenders.ts";
import { redisContenders } from "../contenders/redis.ts";
import { type BenchRedisClient, connectRedis } from "../contenders/redis-client.ts";
import { describeRuntime } from "../measuring/machine.ts";
import { type BenchOptions, RUNTIMES, type RuntimeName } from "../options.ts";
import { commandFor, currentRuntime } from "../runtimes.ts";
import { type BogusResult, measureBogusIds } from "../works/bogus.ts";
import { GROUPS, type GroupName } from "../works/groups.ts";
import { measureGroup, type WorkResult } from "../works/measure-group.ts";
import { countByRedis } from "../works/redis-commands.ts";
import { countByWrapper, countRoundTrips, type RoundTrips } from "../works/round-trips.ts";

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

/** Does the works in another runtime: this same program, run by that. */
export function measureWorksIn(
  runtime: RuntimeName,
  { parts, rounds, slice }: BenchOptions,
  script: string,
): RuntimeResults {
  const folder = mkdtempSync(join(tmpdir(), "coatcheck-bench-"));
  try {
    const file = join(folder, "results.json");
    const groups = GROUPS.map(({ name }) => name).filter((name) => parts.has(name) && name !== "redis");
    const args = ["--runtime", runtime, "--only", groups.join(","), "--rounds", `${rounds}`, "--slice", `${slice}`];
    const [program, ...rest] = commandFor(runtime, script, [...args, "--results", file]);
    const { status } = spawnSync(program, rest, { stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0) throw new Error(`The works in ${runtime} ended with ${status}.`);
    return JSON.parse(readFileSync(file, "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function writeResults(file: string, results: RuntimeResults): void {
  writeFileSync(file, JSON.stringify(results));
}

/** Whether there is something for this runtime to do. */
export function hasWorks({ parts }: BenchOptions): boolean {
  return GROUPS.some(({ name }) => parts.has(name)) || parts.has("bogus") || parts.has("round-trips");
}

/** Those that run this program as it stands. */
export function otherRuntimes({ runtimes }: BenchOptions): RuntimeName[] {
  return RUNTIMES.filter((runtime) => runtimes.includes(runtime) && runtime !== currentRuntime());
}

/** Some libraries print each cookie that they refuse; what is printed would be measured, and nobody could read the rest. */
export async function quietly<Result>(run: () => Promise<Result>): Promise<Result> {
  const print = console.error;
  console.error = () => undefined;
  try {
    return await run();
  } finally {
    console.error = print;
  }
}

/** Progress goes to where errors go: what is printed on the other side can be kept. */
export function reportTo(prefix: string): (what: string) => void {
  const isTerminal = process.stderr.isTTY === true;
  return (what) => {
    process.stderr.write(isTerminal ? `\r\u001b[K${prefix} ${what}` : `${prefix} ${what}\n`);
  };
}
