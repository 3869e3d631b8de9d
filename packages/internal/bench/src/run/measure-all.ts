import { measureSizes, type Size } from "../bundle-sizes/bundle-sizes.ts";
import { type ColdStart, coldStarts } from "../cold-start/cold-start.ts";
import { quietly, reportTo } from "../console.ts";
import { describeMachine } from "../measurement/machine.ts";
import type { BenchOptions } from "../options.ts";
import { currentRuntime } from "../runtimes.ts";
import { measureThroughput, type Throughput } from "../throughput/throughput.ts";
import { measureInWorkerd } from "../workerd/measure-in-workerd.ts";
import { measureWorks, type RuntimeResults } from "./measure-workloads.ts";
import { hasWorks, measureWorksIn, otherRuntimes } from "./other-runtimes.ts";

/** All that was measured in a run. What was not asked for is missing. */
export interface Measurements {
  readonly machine: string;
  /** In this runtime first. */
  readonly runtimes: readonly RuntimeResults[];
  readonly coldStarts?: readonly ColdStart[] | undefined;
  readonly sizes?: readonly Size[] | undefined;
  readonly throughput?: Throughput | undefined;
}

/** @param script - this program, for other runtimes to run */
export async function measureAll(options: BenchOptions, script: string): Promise<Measurements> {
  const { parts, isQuick, runtimes } = options;
  const results: RuntimeResults[] = [];
  if (hasWorks(options)) {
    if (runtimes.includes(currentRuntime())) {
      results.push(await quietly(() => measureWorks(options, reportTo(currentRuntime()))));
    }
    for (const runtime of otherRuntimes(options)) results.push(measureWorksIn(runtime, options, script));
    if (runtimes.includes("workerd")) results.push(await measureInWorkerd(parts, options, reportTo("workerd")));
  }
  const report = reportTo("");
  return {
    machine: describeMachine(),
    runtimes: results,
    sizes: parts.has("sizes") ? await measureSizes() : undefined,
    coldStarts: parts.has("cold-start") ? await coldStarts(isQuick ? 3 : 9, report) : undefined,
    throughput: parts.has("throughput") ? await measureThroughput(isQuick ? 1 : 4, 1, report) : undefined,
  };
}
