import { parseArgs } from "node:util";
import { toCount } from "./measurement/count-option.ts";
import { GROUPS } from "./workloads/groups.ts";

export type RuntimeName = "node" | "deno" | "bun";
export const RUNTIMES: readonly RuntimeName[] = ["node", "deno", "bun"];

/** The runtimes of workloads. */
export type WorkloadRuntime = RuntimeName | "workerd";
const WORKLOAD_RUNTIMES: readonly WorkloadRuntime[] = [...RUNTIMES, "workerd"];

/** What can be measured besides the groups of workloads. */
export type ExtraPart = "round-trips" | "forged-ids" | "cold-start" | "bundle-sizes" | "throughput";
export const EXTRA_PARTS: readonly ExtraPart[] = [
  "round-trips",
  "forged-ids",
  "cold-start",
  "bundle-sizes",
  "throughput",
];
const PARTS: readonly string[] = [...GROUPS.map(({ name }) => name), ...EXTRA_PARTS];

/** The options of the command. */
export interface BenchOptions {
  readonly parts: ReadonlySet<string>;
  /** The runtimes in which the workloads run. */
  readonly runtimes: readonly WorkloadRuntime[];
  readonly rounds: number;
  /** Milliseconds of a contender's turn in a round. */
  readonly slice: number;
  readonly isQuick: boolean;
  /** Whether the tables of the READMEs are replaced. */
  readonly isWriting: boolean;
  /** In a process of another runtime: the file for its results. */
  readonly resultsFile: string | undefined;
}

/** @throws an error whose message explains an invalid option to the user */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true },
      runtime: { type: "string", multiple: true },
      rounds: { type: "string" },
      slice: { type: "string" },
      write: { type: "boolean", default: false },
      results: { type: "string" },
    },
  });
  const { quick: isQuick, write: isWriting } = values;
  const parts = selectedNames("part", "only", values.only, PARTS) ?? PARTS;
  const runtimes =
    selectedNames("runtime", "runtime", values.runtime, WORKLOAD_RUNTIMES) ??
    (isWriting ? WORKLOAD_RUNTIMES : ["node"]);
  if (isWriting && (isQuick || values.only !== undefined || values.runtime !== undefined)) {
    throw new Error("--write needs a full run. Leave out --quick, --only and --runtime.");
  }
  return {
    parts: new Set(parts),
    runtimes: runtimes as readonly WorkloadRuntime[],
    rounds: toCount("rounds", values.rounds ?? (isQuick ? "3" : "9")),
    slice: toCount("slice", values.slice ?? (isQuick ? "8" : "30")),
    ...{ isQuick, isWriting },
    resultsFile: values.results,
  };
}

/** The names in an option that can be repeated and can hold several names, separated by commas. */
function selectedNames(
  kind: string,
  option: string,
  given: readonly string[] | undefined,
  known: readonly string[],
): readonly string[] | undefined {
  const names = given?.flatMap((list) => list.split(","));
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`Unknown ${kind} ${unknown}. --${option} accepts ${known.join(", ")}.`);
  }
  return names;
}
