// Does the works inside of workerd, when it is asked to over HTTP.
import { type Application, newVisit, type Place } from "../contenders/contender.ts";
import { WEB_CONTENDERS } from "../contenders/web-contenders.ts";
import { GROUPS, membersOf } from "../workloads/groups.ts";
import { handlerOf, newCookies, newVisits } from "../workloads/requests.ts";
import type { Work } from "../workloads/workload.ts";

/** A contender, ready for a work. */
interface Prepared {
  readonly place: Place;
  readonly app: Application;
  readonly work: Work;
  readonly requests: number;
  readonly cookies: readonly string[];
}

const prepared = new Map<string, Prepared>();

// Some libraries print each cookie that they refuse.
console.error = () => undefined;

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const key = searchParams.get("key") ?? "";
    if (pathname === "/prepare") return Response.json(await prepare(key, Number(searchParams.get("requests"))));
    return Response.json(await run(key));
  },
};

/** @param key - numbers of group, work and contender. @returns whether the contender can do that work */
async function prepare(key: string, requests: number): Promise<boolean> {
  const [groupAt = 0, workAt = 0, memberAt = 0] = key.split(".").map(Number);
  const group = GROUPS[groupAt];
  const work = group?.works[workAt];
  const contender = group && membersOf(group, WEB_CONTENDERS)[memberAt];
  if (work === undefined || contender === undefined) throw new Error(`there is no ${key}`);
  const place = prepared.get(key)?.place ?? (await contender.setUp());
  const app = place.start();
  if (app[work.action] === undefined) return false;
  const cookies = await newCookies(app, work, work.sight === "first" ? requests : 1);
  prepared.set(key, { place, app, work, requests, cookies });
  return true;
}

/** @returns how many milliseconds all requests together took */
async function run(key: string): Promise<number> {
  const found = prepared.get(key);
  if (found === undefined) throw new Error(`nobody prepared ${key}`);
  const { place, work, requests } = found;
  const app = work.sight === "first" ? place.start() : found.app;
  const [warmUp = ""] = await newCookies(app, work, 1);
  const handler = handlerOf(app, work);
  await handler(newVisit(work.action, warmUp));
  const visits = newVisits(work, found.cookies, requests);
  // What a look at the clock takes is in both differences.
  const times = [await readClock(), await readClock()];
  for (const visit of visits) await handler(visit);
  times.push(await readClock());
  const [before = 0, beganAt = 0, endedAt = 0] = times;
  return endedAt - beganAt - (beganAt - before);
}

/** Time stands still while a worker computes, and goes on when it has waited for something. */
async function readClock(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  return performance.now();
}
