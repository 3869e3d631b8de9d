import { type Application, cookieOf, newVisit, toReply, type Visit } from "../contenders/contender.ts";
import { fillQuery } from "../contenders/session-data.ts";
import type { Work } from "./workload.ts";

/** The Cookie headers of new sessions; of hosts that have no sessions, one that nobody asks for. */
export async function newCookies(app: Application, { size, alter }: Work, count: number): Promise<string[]> {
  const cookies: string[] = [];
  for (let n = 1; n <= count; n++) {
    const cookie =
      app.fill === undefined
        ? `session=${"x".repeat(size)}`
        : cookieOf(await toReply(app.fill(newVisit("fill", "", fillQuery(n, size)))));
    cookies.push(alter?.(cookie) ?? cookie);
  }
  return cookies;
}

/** One request for each cookie, from the first on again where there are fewer cookies. */
export function newVisits({ action }: Work, cookies: readonly string[], count: number): Visit[] {
  return Array.from({ length: count }, (_, n) => newVisit(action, cookies[n % cookies.length] ?? ""));
}

export function handlerOf(app: Application, { action }: Work): (visit: Visit) => unknown {
  const handler = app[action];
  if (handler === undefined) throw new Error(`there is no ${action}`);
  return handler;
}
