import { measureSizes, type Size } from "../bundle-sizes/bundle-sizes.ts";
import { type ColdStart, coldStarts } from "../cold-start/cold-start.ts";
import { quietly, reportTo } from "../console.ts";
import { describeMachine } from "../measurement/machine.ts";
import type { BenchOptions } from "../options.ts";
import { currentRuntime } from "../runtimes.ts";
import { measureThroughput, type Throughput } from "../throughput/throughput.ts";
import { measureInWorkerd } from "../workerd/measure-in-workerd.ts";
import { measureWorkloads, type RuntimeResults } from "./measure-workloads.ts";
import { hasWorkloads, measureWorkloadsIn, otherRuntimes } from "./other-runtimes.ts";

/** All measurements of a run. Parts that were not selected are missing. */
export interface Measurements {
  readonly machine: string;
  /** The results in this runtime come first. */
  readonly runtimes: readonly RuntimeResults[];
  readonly coldStarts?: readonly ColdStart[] | undefined;
  readonly sizes?: readonly Size[] | undefined;
  readonly throughput?: Throughput | undefined;
}

/** @param script - the program that other runtimes run */
export async function measureAll(options: BenchOptions, script: string): Promise<Measurements> {
  const { parts, isQuick, runtimes } = options;
  const results: RuntimeResults[] = [];
  if (hasWorkloads(options)) {
    if (runtimes.includes(currentRuntime())) {
      results.push(await quietly(() => measureWorkloads(options, reportTo(currentRuntime()))));
    }
    for (const runtime of otherRuntimes(options)) results.push(measureWorkloadsIn(runtime, options, script));
    if (runtimes.includes("workerd")) results.push(await measureInWorkerd(parts, options, reportTo("workerd")));
  }
  const report = reportTo("");
  return {
    machine: describeMachine(),
    runtimes: results,
    sizes: parts.has("bundle-sizes") ? await measureSizes() : undefined,
    coldStarts: parts.has("cold-start") ? await coldStarts(isQuick ? 3 : 9, report) : undefined,
    throughput: parts.has("throughput") ? await measureThroughput(isQuick ? 1 : 4, 1, report) : undefined,
  };
}
