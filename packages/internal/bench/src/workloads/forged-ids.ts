import { type Contender, cookieOf, newVisit, toReply, type Visit } from "../contenders/contender.ts";
import { fillQuery } from "../contenders/session-data.ts";
import { takeTurns } from "../measurement/rounds.ts";
import { timeCalls } from "../measurement/timing.ts";
import type { Series } from "./run-workload.ts";
import { forge } from "./tamper.ts";

/** How a contender stood requests with ids that were never issued. */
export interface BogusResult {
  readonly ids: number;
  readonly series: readonly (Series & { readonly storeCalls: number | undefined })[];
}

/** Requests that are timed at once. */
const AT_ONCE = 10;

/** Sends ids that nobody issued, the same number to each contender, in turns. */
export async function measureBogusIds(
  contenders: readonly Contender[],
  ids: number,
  rounds: number,
): Promise<BogusResult> {
  const perRound = Math.ceil(ids / rounds / AT_ONCE) * AT_ONCE;
  const entrants = [];
  for (const contender of contenders) {
    const place = await contender.setUp();
    const app = place.start();
    if (app.read === undefined || app.fill === undefined) continue;
    const cookie = cookieOf(await toReply(app.fill(newVisit("fill", "", fillQuery(1, 200)))));
    place.countCalls?.();
    entrants.push({ name: contender.name, read: app.read, cookie, place });
  }
  const results = await takeTurns(entrants, rounds, async ({ read, cookie }, round) => {
    const visits = Array.from({ length: perRound }, (_, n) => newVisit("read", forge(cookie, round * perRound + n)));
    let next = 0;
    const { typical } = await timeCalls(
      async () => {
        for (let call = 0; call < AT_ONCE; call++) await read(visits[next++] as Visit);
      },
      { time: 0, iterations: perRound / AT_ONCE, warmup: false },
    );
    return typical / AT_ONCE;
  });
  return {
    ids: perRound * rounds,
    series: entrants.map(({ name, place }, index) => ({
      contender: name,
      rounds: results[index] ?? [],
      storeCalls: place.countCalls?.(),
    })),
  };
}
