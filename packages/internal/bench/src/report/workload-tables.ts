import type { Spread } from "../measurement/statistics.ts";
import { toTable } from "../measurement/table.ts";
import { type GroupName, VALID_COOKIE } from "../workloads/groups.ts";
import type { Comparison } from "./comparison.ts";

/**
 * The results of a group, one workload per row. coatcheck's columns are microseconds; the others say how many times
 * faster coatcheck is. Each cell is the median of the rounds, with the range of their middle half.
 */
export function groupTable(comparison: Comparison, group: GroupName): string {
  // Valid cookies already have rows of their own.
  const contenders = comparison.contenders(group).filter((name) => name !== VALID_COOKIE);
  const isBaseline = (name: string): boolean => comparison.baseline(group, name) === name;
  const ours = contenders.filter(isBaseline);
  const others = contenders.filter((name) => !isBaseline(name));
  const head = ["", ...ours.map((name) => `${name}, µs`), ...others.map((name) => `${name}, ×`)];
  const rows = comparison
    .workloads(group)
    .map((workload) => [
      workload,
      ...ours.map((name) => formatSpread(comparison.cost(group, workload, name))),
      ...others.map((name) =>
        formatSpread(comparison.ratio(group, workload, name, comparison.baseline(group, name) ?? "coatcheck")),
      ),
    ]);
  return toTable(head, rows);
}

/** The results of one workload, one contender per row. */
export function contenderTable(comparison: Comparison, group: GroupName, workload: string): string {
  const rows = comparison.contenders(group, workload).map((name) => {
    const baseline = comparison.baseline(group, name) ?? name;
    const cost = formatSpread(comparison.cost(group, workload, name));
    if (baseline === name) return [name, cost, "", ""];
    return [name, cost, baseline, formatSpread(comparison.ratio(group, workload, name, baseline))];
  });
  return toTable(["", "µs", "compared with", "×"], rows);
}

export function formatSpread(spread: Spread | undefined): string {
  if (spread === undefined) return "";
  return `${formatNumber(spread.median)} (${formatNumber(spread.low)}–${formatNumber(spread.high)})`;
}

/** Formats with three significant digits. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1_000) return Math.round(value).toLocaleString("en");
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
