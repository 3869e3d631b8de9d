import { type Action, type Contender, cookieOf, newVisit, toReply, type Visit } from "../contenders/contender.ts";
import { fillQuery } from "../contenders/session-data.ts";
import { forge } from "./tamper.ts";

/** How often a contender asks its store in a request of each kind. */
export interface RoundTrips {
  readonly contender: string;
  readonly store: string;
  readonly untouched: number;
  /** A request that reads the session and changes nothing: what is above 1 is a write of what did not change. */
  readonly unchanged: number;
  readonly changed: number;
  readonly login: number | undefined;
  /** A request with an id that was never issued. */
  readonly forged: number;
}

/** Counts how often the store was asked while something happened. */
export type CountRoundTrips = (contender: string, happen: () => Promise<void>) => Promise<number>;

/** @param counterOf - how to count for a contender that was set up; `undefined` when nobody can */
export async function countRoundTrips(
  contenders: readonly Contender[],
  store: string,
  counterOf: (countCalls: (() => number) | undefined) => CountRoundTrips | undefined,
): Promise<RoundTrips[]> {
  const counts: RoundTrips[] = [];
  for (const contender of contenders) {
    const place = await contender.setUp();
    const count = counterOf(place.countCalls);
    if (count === undefined) continue;
    const app = place.start();
    const countOf = async (action: Action, alter: (cookie: string) => string = (cookie) => cookie): Promise<number> => {
      const handler = app[action] as (visit: Visit) => unknown;
      const cookie = cookieOf(await toReply(app.fill?.(newVisit("fill", "", fillQuery(1, 200)))));
      return count(contender.name, async () => {
        await handler(newVisit(action, alter(cookie)));
      });
    };
    counts.push({
      contender: contender.name,
      store,
      untouched: app.untouched ? await countOf("untouched") : 0,
      unchanged: await countOf("read"),
      changed: await countOf("write"),
      login: app.login && (await countOf("login")),
      forged: await countOf("read", (cookie) => forge(cookie, 1)),
    });
  }
  return counts;
}

/** By what the wrapper around the store saw. */
export function countByWrapper(countCalls: (() => number) | undefined): CountRoundTrips | undefined {
  if (countCalls === undefined) return undefined;
  return async (_contender, happen) => {
    // Some go on after they have answered.
    await settled();
    countCalls();
    await happen();
    await settled();
    return countCalls();
  };
}

/** Resolves when what was begun without being waited for has reached its store. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 2));
}
