import {
  type Action,
  type BenchRequest,
  type Contender,
  cookieOf,
  newRequest,
  toReply,
} from "../contenders/contender.ts";
import { fillQuery } from "../contenders/session-data.ts";
import { forge } from "./tamper.ts";

/** How many store calls a contender makes in each kind of request. */
export interface RoundTrips {
  readonly contender: string;
  readonly store: string;
  /** In a request that does not read the session. */
  readonly unread: number;
  /** In a request that only reads. A number above 1 means that an unchanged session was written. */
  readonly read: number;
  /** In a request that reads and writes. */
  readonly write: number;
  readonly login: number | undefined;
  /** In a request with an id that was never issued. */
  readonly forged: number;
}

/** Counts the store calls of a contender during an action. */
export type CountRoundTrips = (contender: string, act: () => Promise<void>) => Promise<number>;

/** @param counterOf - how to count for a contender that was set up; `undefined` when its calls cannot be counted */
export async function countRoundTrips(
  contenders: readonly Contender[],
  store: string,
  counterOf: (countStoreCalls: (() => number) | undefined) => CountRoundTrips | undefined,
): Promise<RoundTrips[]> {
  const counts: RoundTrips[] = [];
  for (const contender of contenders) {
    const fixture = await contender.setUp();
    const count = counterOf(fixture.countStoreCalls);
    if (count === undefined) continue;
    const app = fixture.start();
    const countOf = async (action: Action, alter: (cookie: string) => string = (cookie) => cookie): Promise<number> => {
      const handler = app[action] as (request: BenchRequest) => unknown;
      const cookie = cookieOf(await toReply(app.fill?.(newRequest("fill", "", fillQuery(1, 200)))));
      return count(contender.name, async () => {
        await handler(newRequest(action, alter(cookie)));
      });
    };
    counts.push({
      contender: contender.name,
      store,
      unread: app.unread ? await countOf("unread") : 0,
      read: await countOf("read"),
      write: await countOf("write"),
      login: app.login && (await countOf("login")),
      forged: await countOf("read", (cookie) => forge(cookie, 1)),
    });
  }
  return counts;
}

/** Counts the calls of the wrapper around the store. */
export function countByWrapper(countStoreCalls: (() => number) | undefined): CountRoundTrips | undefined {
  if (countStoreCalls === undefined) return undefined;
  return async (_contender, act) => {
    await pendingWritesDone();
    countStoreCalls();
    await act();
    await pendingWritesDone();
    return countStoreCalls();
  };
}

/** Resolves when writes that a library did not await have reached its store: some libraries answer first. */
export async function pendingWritesDone(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 2));
}
