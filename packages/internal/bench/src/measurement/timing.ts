import { Bench, type BenchOptions } from "tinybench";

/** Microseconds that a call takes. */
export interface Cost {
  /** Half of the calls take no longer. */
  readonly typical: number;
  /** With the calls during which something else was done as well, such as a checkpoint of an engine. */
  readonly mean: number;
}

/**
 * Calls a function for `time` milliseconds, or `iterations` times.
 *
 * @param run - an `async` function: any other one is called once more before, to see what it returns
 */
export async function timeCalls(run: () => Promise<unknown>, options: BenchOptions): Promise<Cost> {
  const [task] = await new Bench({ ...options, throws: true }).add("call", run).run();
  if (task?.result.state !== "completed") throw new Error("the measurement did not complete");
  const { p50, mean } = task.result.latency;
  return { typical: p50 * 1_000, mean: mean * 1_000 };
}
