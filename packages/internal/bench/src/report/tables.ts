import type { Size } from "../bundle-sizes/bundle-sizes.ts";
import type { ColdStart } from "../cold-start/cold-start.ts";
import { pairwise, spread } from "../measurement/statistics.ts";
import { formatCount, toTable } from "../measurement/table.ts";
import type { Throughput } from "../throughput/throughput.ts";
import type { ForgedIdsResult } from "../workloads/forged-ids.ts";
import type { RoundTrips } from "../workloads/round-trips.ts";
import type { Goal } from "./goals.ts";
import { formatNumber, formatSpread } from "./workload-tables.ts";

export function goalTable(goals: readonly Goal[]): string {
  return toTable(
    ["goal", "target", "measured", ""],
    goals.map(({ title, target, figure, isMet }) => [
      title,
      target.trim(),
      figure?.trim() ?? "",
      isMet ? "met" : "missed",
    ]),
  );
}

export function forgedIdsTable({ ids, series }: ForgedIdsResult): string {
  const baseline = series.find(({ contender }) => contender === "coatcheck");
  return toTable(
    ["", "µs each", "× coatcheck", "store calls"],
    series.map(({ contender, rounds, storeCalls }) => [
      contender,
      formatSpread(spread(rounds)),
      baseline ? formatNumber(spread(pairwise(rounds, baseline.rounds, (a, b) => a / b)).median) : "",
      storeCalls === undefined ? "not counted" : `${formatCount(storeCalls)} of ${formatCount(ids)}`,
    ]),
  );
}

export function roundTripTable(roundTrips: readonly RoundTrips[]): string {
  const head = ["store, contender", "unread", "read", "write", "login", "forged id"];
  return toTable(
    head,
    roundTrips.map(({ store, contender, unread, read, write, login, forged }) => [
      `${store}, ${contender}`,
      ...[unread, read, write, login ?? "no login", forged].map(String),
    ]),
  );
}

/** The program that the others are compared with. */
const BASELINE = "coatcheck, encrypted";

export function coldStartTable(coldStarts: readonly ColdStart[]): string {
  const runtimes = coldStarts.map(({ runtime }) => runtime);
  return programTable(coldStarts, (runtime) => [`${runtime}, ms`, "×"], runtimes);
}

export function throughputTable({ connections, seconds, runtimes }: Throughput): string {
  const names = runtimes.map(({ runtime }) => runtime);
  const table = programTable(runtimes, (runtime) => [`${runtime}, requests/s`, "×"], names);
  return `${table}\n\nwrk with one thread and ${connections} connections, ${seconds} s at a time.`;
}

/** One program per row, with its median and its ratio in each runtime. */
function programTable(
  results: readonly { readonly series: readonly { readonly program: string; readonly rounds: readonly number[] }[] }[],
  headOf: (runtime: string) => readonly string[],
  runtimes: readonly string[],
): string {
  const programs = [...new Set(results.flatMap(({ series }) => series.map(({ program }) => program)))];
  const rows = programs.map((program) => [
    program,
    ...results.flatMap(({ series }) => {
      const found = series.find((each) => each.program === program);
      const baseline = series.find((each) => each.program === BASELINE);
      if (found === undefined || baseline === undefined) return ["", ""];
      const ratio = spread(pairwise(found.rounds, baseline.rounds, (a, b) => a / b));
      return [formatNumber(spread(found.rounds).median), formatSpread(ratio)];
    }),
  ]);
  return toTable(["", ...runtimes.flatMap(headOf)], rows);
}

export function sizeTable(sizes: readonly Size[]): string {
  const ours = (mode: string): number | undefined =>
    sizes.find((size) => size.mode === mode && size.label.startsWith("coatcheck"))?.bytes;
  return toTable(
    ["mode, library", "bytes, minified and gzipped", "× coatcheck", "limit"],
    sizes.map(({ mode, label, bytes, limit }) => {
      const baseline = ours(mode);
      return [
        mode === "core" ? label : `${mode}, ${label}`,
        formatCount(bytes),
        baseline === undefined ? "" : (bytes / baseline).toFixed(2),
        limit === undefined ? "" : formatCount(limit),
      ];
    }),
  );
}
