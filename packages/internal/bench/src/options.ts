import { parseArgs } from "node:util";
import { toCount } from "./measurement/count-option.ts";
import { GROUPS } from "./workloads/groups.ts";

export type RuntimeName = "node" | "deno" | "bun";
export const RUNTIMES: readonly RuntimeName[] = ["node", "deno", "bun"];

/** Where works are done. */
export type WorkRuntime = RuntimeName | "workerd";
const WORK_RUNTIMES: readonly WorkRuntime[] = [...RUNTIMES, "workerd"];

/** What is measured besides the groups of works. */
export type ExtraPart = "round-trips" | "bogus" | "cold-start" | "sizes" | "throughput";
export const EXTRA_PARTS: readonly ExtraPart[] = ["round-trips", "bogus", "cold-start", "sizes", "throughput"];
const PARTS: readonly string[] = [...GROUPS.map(({ name }) => name), ...EXTRA_PARTS];

/** What the command takes. */
export interface BenchOptions {
  readonly parts: ReadonlySet<string>;
  /** The runtimes that the groups of works run in. */
  readonly runtimes: readonly WorkRuntime[];
  readonly rounds: number;
  /** Milliseconds that a contender works in a round. */
  readonly slice: number;
  readonly isQuick: boolean;
  /** Whether the tables of the READMEs are replaced. */
  readonly isWriting: boolean;
  /** A file for the results of the works, from a process in another runtime. */
  readonly resultsFile: string | undefined;
}

/** @throws an error whose message is for the person at the terminal */
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
  const parts = chosen("part", "only", values.only, PARTS) ?? PARTS;
  const runtimes =
    chosen("runtime", "runtime", values.runtime, WORK_RUNTIMES) ?? (isWriting ? WORK_RUNTIMES : ["node"]);
  if (isWriting && (isQuick || values.only !== undefined || values.runtime !== undefined)) {
    throw new Error("--write fills the READMEs, which need a full run: leave out --quick, --only and --runtime.");
  }
  return {
    parts: new Set(parts),
    runtimes: runtimes as readonly WorkRuntime[],
    rounds: toCount("rounds", values.rounds ?? (isQuick ? "3" : "9")),
    slice: toCount("slice", values.slice ?? (isQuick ? "8" : "30")),
    ...{ isQuick, isWriting },
    resultsFile: values.results,
  };
}

/** Names that were given, several at once with commas between them. */
function chosen(
  kind: string,
  option: string,
  given: readonly string[] | undefined,
  known: readonly string[],
): readonly string[] | undefined {
  const names = given?.flatMap((list) => list.split(","));
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`There is no ${kind} ${unknown}. --${option} takes ${known.join(", ")}.`);
  }
  return names;
}
