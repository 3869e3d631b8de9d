import { takeTurns } from "../measurement/rounds.ts";
import { median } from "../measurement/statistics.ts";
import { type Cost, timeCalls } from "../measurement/timing.ts";

/** Milliseconds that a function is called for in a round. */
const ROUND_TIME = 150;

/** Measures functions in turn, each after `settle`. A cost is the median of the rounds. */
export async function measureInTurn(
  functions: readonly (() => Promise<void>)[],
  rounds: number,
  settle: () => Promise<void>,
): Promise<Cost[]> {
  const results = await takeTurns(functions, rounds, async (run, round) => {
    await settle();
    return timeCalls(run, { time: ROUND_TIME, warmup: round === 0 });
  });
  return results.map((costs) => ({
    typical: median(costs.map(({ typical }) => typical)),
    mean: median(costs.map(({ mean }) => mean)),
  }));
}
