import {
  type Application,
  type BenchRequest,
  type Contender,
  type Fixture,
  newRequest,
} from "../contenders/contender.ts";
import { takeTurns } from "../measurement/rounds.ts";
import { median } from "../measurement/statistics.ts";
import { timeCalls } from "../measurement/timing.ts";
import { handlerOf, newCookies, newRequests } from "./requests.ts";
import type { Workload } from "./workload.ts";

/** The results of a contender in a workload: microseconds per request, by round. */
export interface Series {
  readonly contender: string;
  readonly rounds: readonly number[];
}

export interface RoundOptions {
  readonly rounds: number;
  /** About how many milliseconds a contender works in a round. */
  readonly slice: number;
}

/** A contender and what it does. */
export interface Entry {
  /** The name of the series. @default the contender's */
  readonly name?: string;
  readonly contender: Contender;
  readonly workload: Workload;
}

/** A contender that is ready for a workload. */
interface PreparedEntry {
  readonly name: string;
  readonly workload: Workload;
  readonly fixture: Fixture;
  readonly app: Application;
  /** Requests of a turn. */
  readonly requestCount: number;
  /** Requests that are timed together. */
  readonly perSample: number;
  /** Cookie headers: one for each request where cookies are new, otherwise a single one. */
  readonly cookies: readonly string[];
}

/** Limits the requests of a turn, because new cookies have to be made first. Fast contenders have shorter turns. */
const MAX_REQUESTS = { new: 2_000, repeated: 8_000 };

/** Microseconds that a sample takes at least: many times what reading a clock takes. */
const SAMPLE = 100;

/** Samples of a turn, at least. Their median counts. */
const MIN_SAMPLES = 5;

/** Milliseconds for estimating how long a request takes. */
const ESTIMATE_TIME = 15;

/** Measures all contenders that support their workload, in turns. */
export async function runWorkload(entries: readonly Entry[], { rounds, slice }: RoundOptions): Promise<Series[]> {
  const prepared: PreparedEntry[] = [];
  for (const entry of entries) {
    const ready = await prepare(entry, slice);
    if (ready !== undefined) prepared.push(ready);
  }
  const results = await takeTurns(prepared, rounds, measureTurn);
  await Promise.all(prepared.map(({ fixture }) => fixture.close?.()));
  return prepared.map(({ name }, index) => ({ contender: name, rounds: results[index] ?? [] }));
}

async function prepare(entry: Entry, slice: number): Promise<PreparedEntry | undefined> {
  const { contender, name = contender.name, workload } = entry;
  const fixture = await contender.setUp();
  const app = fixture.start();
  if (app[workload.action] === undefined) return undefined;
  const cost = await estimateCost(app, workload);
  const wanted = Math.round((slice * 1_000) / cost);
  const requestCount = Math.max(MIN_SAMPLES, Math.min(MAX_REQUESTS[workload.cookies], wanted));
  const perSample = Math.max(1, Math.min(Math.ceil(SAMPLE / cost), Math.floor(requestCount / MIN_SAMPLES)));
  const cookies = await newCookies(app, workload, workload.cookies === "new" ? requestCount : 1);
  return { name, workload, fixture, app, requestCount, perSample, cookies };
}

/** Measures a contender's turn in a round. Resolves to microseconds per request. */
async function measureTurn(entry: PreparedEntry): Promise<number> {
  const { workload, fixture, requestCount, perSample } = entry;
  const app = workload.cookies === "new" ? fixture.start() : entry.app;
  // The first request derives the keys, which is not measured.
  const [warmUp = ""] = await newCookies(app, workload, 1);
  const handler = handlerOf(app, workload);
  await handler(newRequest(workload.action, warmUp));
  const cookies = workload.isConsuming ? await newCookies(app, workload, requestCount) : entry.cookies;
  // Each request object is used once: h3 stores its session with the request.
  const requests = newRequests(workload, cookies, requestCount);
  let next = 0;
  const { typical } = await timeCalls(
    async () => {
      for (let call = 0; call < perSample; call++) await handler(requests[next++] as BenchRequest);
    },
    { time: 0, iterations: Math.floor(requestCount / perSample), warmup: false },
  );
  return typical / perSample;
}

/** About how many microseconds a request takes, once the code is compiled. */
async function estimateCost(app: Application, workload: Workload): Promise<number> {
  const handler = handlerOf(app, workload);
  const costs: number[] = [];
  const endsAt = performance.now() + ESTIMATE_TIME;
  while (costs.length < 3 || performance.now() < endsAt) {
    const [cookie = ""] = await newCookies(app, workload, 1);
    const request = newRequest(workload.action, cookie);
    const startedAt = performance.now();
    await handler(request);
    costs.push((performance.now() - startedAt) * 1_000);
  }
  return median(costs.slice(costs.length / 2));
}
