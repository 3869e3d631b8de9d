import { type Application, type Contender, newVisit, type Place, type Visit } from "../contenders/contender.ts";
import { takeTurns } from "../measurement/rounds.ts";
import { median } from "../measurement/statistics.ts";
import { timeCalls } from "../measurement/timing.ts";
import { handlerOf, newCookies, newVisits } from "./requests.ts";
import type { Work } from "./workload.ts";

/** What a contender took for a work: microseconds per request, by round. */
export interface Series {
  readonly contender: string;
  readonly rounds: readonly number[];
}

export interface RoundOptions {
  readonly rounds: number;
  /** Milliseconds that a contender works in a round, about. */
  readonly slice: number;
}

/** Requests of a turn at most; who is through them sooner has a shorter turn. At a first sight each needs its cookie. */
const MAX_REQUESTS = { first: 2_000, repeat: 8_000 };
/** Microseconds that are timed at once, at least: many times what it takes to read a clock. */
const SAMPLE = 100;
/** Samples of a turn, at least: the one in the middle counts. */
const MIN_SAMPLES = 5;
/** Milliseconds for finding out how long a request takes. */
const ESTIMATE_TIME = 15;

/** A contender, ready for a work. */
interface Entrant {
  readonly name: string;
  readonly work: Work;
  readonly place: Place;
  readonly app: Application;
  /** Requests of a turn, and how many of them are timed at once. */
  readonly requests: number;
  readonly perSample: number;
  /** Cookie headers: one for each request at a first sight, a single one at a repeat sight. */
  readonly cookies: readonly string[];
}

/** Who does what. */
export interface Entry {
  /** What the series is called. @default the contender's */
  readonly name?: string;
  readonly contender: Contender;
  readonly work: Work;
}

/** Measures all contenders that can do their work, in turns. */
export async function runWork(entries: readonly Entry[], { rounds, slice }: RoundOptions): Promise<Series[]> {
  const entrants: Entrant[] = [];
  for (const entry of entries) {
    const entrant = await enter(entry, slice);
    if (entrant !== undefined) entrants.push(entrant);
  }
  const results = await takeTurns(entrants, rounds, takeTurn);
  await Promise.all(entrants.map(({ place }) => place.close?.()));
  return entrants.map(({ name }, index) => ({ contender: name, rounds: results[index] ?? [] }));
}

async function enter({ contender, name = contender.name, work }: Entry, slice: number): Promise<Entrant | undefined> {
  const place = await contender.setUp();
  const app = place.start();
  if (app[work.action] === undefined) return undefined;
  const cost = await estimateCost(app, work);
  const requests = Math.max(MIN_SAMPLES, Math.min(MAX_REQUESTS[work.sight], Math.round((slice * 1_000) / cost)));
  const perSample = Math.max(1, Math.min(Math.ceil(SAMPLE / cost), Math.floor(requests / MIN_SAMPLES)));
  const cookies = await newCookies(app, work, work.sight === "first" ? requests : 1);
  return { name, work, place, app, requests, perSample, cookies };
}

/** One contender's part of a round: microseconds per request. */
async function takeTurn(entrant: Entrant): Promise<number> {
  const { work, place, requests, perSample } = entrant;
  const app = work.sight === "first" ? place.start() : entrant.app;
  // Keys are derived by the first request, which is not what is measured.
  const [warmUp = ""] = await newCookies(app, work, 1);
  const handler = handlerOf(app, work);
  await handler(newVisit(work.action, warmUp));
  const cookies = work.isConsuming ? await newCookies(app, work, requests) : entrant.cookies;
  // A request is used once: h3 notes its session with it.
  const visits = newVisits(work, cookies, requests);
  let next = 0;
  const { typical } = await timeCalls(
    async () => {
      for (let call = 0; call < perSample; call++) await handler(visits[next++] as Visit);
    },
    { time: 0, iterations: Math.floor(requests / perSample), warmup: false },
  );
  return typical / perSample;
}

/** Microseconds per request, roughly, once the code is compiled. */
async function estimateCost(app: Application, work: Work): Promise<number> {
  const handler = handlerOf(app, work);
  const costs: number[] = [];
  const endsAt = performance.now() + ESTIMATE_TIME;
  while (costs.length < 3 || performance.now() < endsAt) {
    const [cookie = ""] = await newCookies(app, work, 1);
    const visit = newVisit(work.action, cookie);
    const beganAt = performance.now();
    await handler(visit);
    costs.push((performance.now() - beganAt) * 1_000);
  }
  return median(costs.slice(costs.length / 2));
}
