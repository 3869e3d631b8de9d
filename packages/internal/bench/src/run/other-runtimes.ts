import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchOptions, RUNTIMES, type RuntimeName } from "../options.ts";
import { commandFor, currentRuntime } from "../runtimes.ts";
import { GROUPS } from "../workloads/groups.ts";
import type { RuntimeResults } from "./measure-workloads.ts";

/** Runs the workloads in another runtime, by running this program there. */
export function measureWorkloadsIn(
  runtime: RuntimeName,
  { parts, rounds, slice }: BenchOptions,
  script: string,
): RuntimeResults {
  const folder = mkdtempSync(join(tmpdir(), "coatcheck-bench-"));
  try {
    const file = join(folder, "results.json");
    const groups = GROUPS.map(({ name }) => name).filter((name) => parts.has(name) && name !== "redis");
    const args = ["--runtime", runtime, "--only", groups.join(","), "--rounds", `${rounds}`, "--slice", `${slice}`];
    const [program, ...rest] = commandFor(runtime, script, [...args, "--results", file]);
    const { status } = spawnSync(program, rest, { stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0) throw new Error(`The workloads in ${runtime} ended with exit code ${status}.`);
    return JSON.parse(readFileSync(file, "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function writeResults(file: string, results: RuntimeResults): void {
  writeFileSync(file, JSON.stringify(results));
}

/** Whether a selected part runs workloads or counts store calls. */
export function hasWorkloads({ parts }: BenchOptions): boolean {
  return GROUPS.some(({ name }) => parts.has(name)) || parts.has("forged-ids") || parts.has("round-trips");
}

/** The selected runtimes that run this program unchanged, except this one. */
export function otherRuntimes({ runtimes }: BenchOptions): RuntimeName[] {
  return RUNTIMES.filter((runtime) => runtimes.includes(runtime) && runtime !== currentRuntime());
}
