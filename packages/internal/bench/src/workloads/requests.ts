import { type Application, type BenchRequest, cookieOf, newRequest, toReply } from "../contenders/contender.ts";
import { fillQuery } from "../contenders/session-data.ts";
import type { Workload } from "./workload.ts";

/** The Cookie headers of new sessions. Hosts without sessions get a cookie that nothing reads. */
export async function newCookies(app: Application, { size, alter }: Workload, count: number): Promise<string[]> {
  const cookies: string[] = [];
  for (let n = 1; n <= count; n++) {
    const cookie =
      app.fill === undefined
        ? `session=${"x".repeat(size)}`
        : cookieOf(await toReply(app.fill(newRequest("fill", "", fillQuery(n, size)))));
    cookies.push(alter?.(cookie) ?? cookie);
  }
  return cookies;
}

/** Requests that use the cookies in turn. */
export function newRequests({ action }: Workload, cookies: readonly string[], count: number): BenchRequest[] {
  return Array.from({ length: count }, (_, n) => newRequest(action, cookies[n % cookies.length] ?? ""));
}

export function handlerOf(app: Application, { action }: Workload): (request: BenchRequest) => unknown {
  const handler = app[action];
  if (handler === undefined) throw new Error(`the contender has no ${action}`);
  return handler;
}
