import { takeTurns } from "../measurement/rounds.ts";
import { median } from "../measurement/statistics.ts";
import { type Cost, timeCalls } from "../measurement/timing.ts";

/** How long a function is called in a round, in milliseconds. */
const ROUND_TIME = 150;

/** Measures functions in turns, each after `runMaintenance`. The costs are medians of the rounds. */
export async function measureInTurn(
  functions: readonly (() => Promise<void>)[],
  rounds: number,
  runMaintenance: () => Promise<void>,
): Promise<Cost[]> {
  const results = await takeTurns(functions, rounds, async (run, round) => {
    await runMaintenance();
    return timeCalls(run, { time: ROUND_TIME, warmup: round === 0 });
  });
  return results.map((costs) => ({
    typical: median(costs.map(({ typical }) => typical)),
    mean: median(costs.map(({ mean }) => mean)),
  }));
}
