import type { Spread } from "../measurement/statistics.ts";
import { toTable } from "../measurement/table.ts";
import { GOOD_COOKIE, type GroupName } from "../workloads/groups.ts";
import type { Comparison } from "./comparison.ts";

/**
 * What a group took: coatcheck's columns in microseconds, all others as how many times as long as coatcheck they took.
 * Medians, and between which two values the middle half of the rounds lies.
 */
export function groupTable(comparison: Comparison, group: GroupName): string {
  // A good cookie has rows of its own.
  const contenders = comparison.contenders(group).filter((name) => name !== GOOD_COOKIE);
  // The ones with figures of their own stand first.
  const ours = contenders.filter((name) => comparison.base(group, name) === name);
  const others = contenders.filter((name) => comparison.base(group, name) !== name);
  const head = ["", ...ours.map((name) => `${name}, µs`), ...others.map((name) => `${name}, ×`)];
  const rows = comparison
    .works(group)
    .map((work) => [
      work,
      ...ours.map((name) => formatSpread(comparison.cost(group, work, name))),
      ...others.map((name) =>
        formatSpread(comparison.ratio(group, work, name, comparison.base(group, name) ?? "coatcheck")),
      ),
    ]);
  return toTable(head, rows);
}

/** The same with one contender a line, for a group of one work and many contenders. */
export function contenderTable(comparison: Comparison, group: GroupName, work: string): string {
  const rows = comparison.contenders(group, work).map((name) => {
    const base = comparison.base(group, name) ?? name;
    const ratio = base === name ? undefined : comparison.ratio(group, work, name, base);
    return [name, formatSpread(comparison.cost(group, work, name)), base === name ? "" : base, formatSpread(ratio)];
  });
  return toTable(["", "µs", "compared with", "×"], rows);
}

export function formatSpread(spread: Spread | undefined): string {
  if (spread === undefined) return "";
  return `${formatNumber(spread.median)} (${formatNumber(spread.low)}–${formatNumber(spread.high)})`;
}

/** Three figures that matter, no more. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1_000) return Math.round(value).toLocaleString("en");
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
