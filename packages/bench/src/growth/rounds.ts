import { Bench } from "tinybench";
import { median } from "./statistics.ts";

/** Microseconds that a function takes. */
export interface Cost {
  /** Half of the calls take no longer. */
  readonly typical: number;
  /** With the calls during which the engine did something else as well, such as a checkpoint. */
  readonly mean: number;
}

/** Milliseconds that a function is called for in a round. */
const ROUND_TIME = 150;

/**
 * Measures functions in turn, so that what goes on besides on the machine is the same for all: in each round each of
 * them once, after `settle`. A cost is the median of the rounds.
 */
export async function measureInTurn(
  functions: readonly (() => Promise<void>)[],
  rounds: number,
  settle: () => Promise<void>,
): Promise<Cost[]> {
  const results: Cost[][] = functions.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, run] of functions.entries()) {
      await settle();
      results[index]?.push(await measure(run, round === 0));
    }
  }
  return results.map((costs) => ({
    typical: median(costs.map(({ typical }) => typical)),
    mean: median(costs.map(({ mean }) => mean)),
  }));
}

async function measure(run: () => Promise<void>, warmup: boolean): Promise<Cost> {
  const [task] = await new Bench({ time: ROUND_TIME, warmup, throws: true }).add("operation", run).run();
  if (task?.result.state !== "completed") throw new Error("the measurement did not complete");
  const { p50, mean } = task.result.latency;
  return { typical: p50 * 1_000, mean: mean * 1_000 };
}
