import { Bench, type BenchOptions } from "tinybench";

/** How long a call takes, in microseconds. */
export interface Cost {
  /** The median of the calls. */
  readonly typical: number;
  /** Includes the calls during which something else ran, such as a checkpoint of a database. */
  readonly mean: number;
}

/**
 * Calls a function for `time` milliseconds, or `iterations` times.
 *
 * @param run - must be an `async` function: tinybench calls any other function once more, to see what it returns
 */
export async function timeCalls(run: () => Promise<unknown>, options: BenchOptions): Promise<Cost> {
  const [task] = await new Bench({ ...options, throws: true }).add("call", run).run();
  if (task?.result.state !== "completed") throw new Error("the measurement did not complete");
  const { p50, mean } = task.result.latency;
  return { typical: p50 * 1_000, mean: mean * 1_000 };
}
