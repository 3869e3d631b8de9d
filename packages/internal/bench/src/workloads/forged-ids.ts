import { type BenchRequest, type Contender, cookieOf, newRequest, toReply } from "../contenders/contender.ts";
import { fillQuery } from "../contenders/session-data.ts";
import { takeTurns } from "../measurement/rounds.ts";
import { timeCalls } from "../measurement/timing.ts";
import type { Series } from "./run-workload.ts";
import { forge } from "./tamper.ts";

/** The cost of requests with ids that were never issued. */
export interface ForgedIdsResult {
  readonly ids: number;
  readonly series: readonly (Series & { readonly storeCalls: number | undefined })[];
}

/** Requests that are timed together. */
const PER_SAMPLE = 10;

/** Sends forged ids to each contender, the same number to each, in turns. */
export async function measureForgedIds(
  contenders: readonly Contender[],
  ids: number,
  rounds: number,
): Promise<ForgedIdsResult> {
  const perRound = Math.ceil(ids / rounds / PER_SAMPLE) * PER_SAMPLE;
  const prepared = [];
  for (const contender of contenders) {
    const fixture = await contender.setUp();
    const app = fixture.start();
    if (app.read === undefined || app.fill === undefined) continue;
    const cookie = cookieOf(await toReply(app.fill(newRequest("fill", "", fillQuery(1, 200)))));
    fixture.countStoreCalls?.();
    prepared.push({ name: contender.name, read: app.read, cookie, fixture });
  }
  const results = await takeTurns(prepared, rounds, async ({ read, cookie }, round) => {
    const requests = Array.from({ length: perRound }, (_, n) =>
      newRequest("read", forge(cookie, round * perRound + n)),
    );
    let next = 0;
    const { typical } = await timeCalls(
      async () => {
        for (let call = 0; call < PER_SAMPLE; call++) await read(requests[next++] as BenchRequest);
      },
      { time: 0, iterations: perRound / PER_SAMPLE, warmup: false },
    );
    return typical / PER_SAMPLE;
  });
  return {
    ids: perRound * rounds,
    series: prepared.map(({ name, fixture }, index) => ({
      contender: name,
      rounds: results[index] ?? [],
      storeCalls: fixture.countStoreCalls?.(),
    })),
  };
}
