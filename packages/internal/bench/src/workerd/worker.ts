// Runs workloads inside workerd, controlled over HTTP.
import { type Application, type Fixture, newRequest } from "../contenders/contender.ts";
import { WEB_CONTENDERS } from "../contenders/web-contenders.ts";
import { GROUPS, membersOf } from "../workloads/groups.ts";
import { handlerOf, newCookies, newRequests } from "../workloads/requests.ts";
import type { Workload } from "../workloads/workload.ts";

/** A contender that is ready for a workload. */
interface PreparedEntry {
  readonly fixture: Fixture;
  readonly app: Application;
  readonly workload: Workload;
  readonly requestCount: number;
  readonly cookies: readonly string[];
}

const preparedEntries = new Map<string, PreparedEntry>();

// Some libraries print each cookie that they reject.
console.error = () => undefined;

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const key = searchParams.get("key") ?? "";
    if (pathname === "/prepare") return Response.json(await prepare(key, Number(searchParams.get("requests"))));
    return Response.json(await run(key));
  },
};

/**
 * @param key - the numbers of the group, the workload and the contender, separated by dots
 * @returns whether the contender supports the workload
 */
async function prepare(key: string, requestCount: number): Promise<boolean> {
  const [groupIndex = 0, workloadIndex = 0, memberIndex = 0] = key.split(".").map(Number);
  const group = GROUPS[groupIndex];
  const workload = group?.workloads[workloadIndex];
  const contender = group && membersOf(group, WEB_CONTENDERS)[memberIndex];
  if (workload === undefined || contender === undefined) throw new Error(`there is no ${key}`);
  const fixture = preparedEntries.get(key)?.fixture ?? (await contender.setUp());
  const app = fixture.start();
  if (app[workload.action] === undefined) return false;
  const cookies = await newCookies(app, workload, workload.cookies === "new" ? requestCount : 1);
  preparedEntries.set(key, { fixture, app, workload, requestCount, cookies });
  return true;
}

/** @returns the milliseconds that all requests took together */
async function run(key: string): Promise<number> {
  const entry = preparedEntries.get(key);
  if (entry === undefined) throw new Error(`${key} was not prepared`);
  const { fixture, workload, requestCount } = entry;
  const app = workload.cookies === "new" ? fixture.start() : entry.app;
  const [warmUp = ""] = await newCookies(app, workload, 1);
  const handler = handlerOf(app, workload);
  await handler(newRequest(workload.action, warmUp));
  const requests = newRequests(workload, entry.cookies, requestCount);
  const readsClockAt = await readClock();
  const startedAt = await readClock();
  for (const request of requests) await handler(request);
  const endedAt = await readClock();
  // Reading the clock takes time too, in both differences.
  return endedAt - startedAt - (startedAt - readsClockAt);
}

/** The time in a worker stands still during computation, and advances when the worker waits. */
async function readClock(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  return performance.now();
}
