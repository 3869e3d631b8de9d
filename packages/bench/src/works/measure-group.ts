import type { Contender } from "../contenders/contender.ts";
import { baseOf, type Group, type GroupName, membersOf } from "./groups.ts";
import { type RoundOptions, runWork, type Series } from "./run-work.ts";

/** One work, done by all contenders of a group. */
export interface WorkResult {
  readonly group: GroupName;
  readonly work: string;
  readonly series: readonly ComparedSeries[];
}

export interface ComparedSeries extends Series {
  /** The contender that this one's figures are put in relation to; itself, when it is coatcheck. */
  readonly base: string;
}

/** @param report - is told what is measured next */
export async function measureGroup(
  group: Group,
  contenders: readonly Contender[],
  options: RoundOptions,
  report: (what: string) => void,
): Promise<WorkResult[]> {
  const isNode = !("Deno" in globalThis || "Bun" in globalThis);
  const members = membersOf(
    group,
    contenders.filter(({ isNodeOnly }) => isNode || !isNodeOnly),
  );
  const rounds = options.rounds * (group.moreRounds ?? 1);
  const results: WorkResult[] = [];
  for (const work of group.works) {
    report(`${group.name}: ${work.name}`);
    const series = await runWork(members, work, { ...options, rounds });
    results.push({ group: group.name, work: work.name, series: compareSeries(series, members) });
  }
  return results;
}

/** Says of each series what its figures are put in relation to. */
export function compareSeries(series: readonly Series[], members: readonly Contender[]): ComparedSeries[] {
  return series.map((each) => {
    const host = members.find(({ name }) => name === each.contender)?.host ?? "fetch";
    return { ...each, base: each.contender.startsWith("coatcheck") ? each.contender : baseOf(host) };
  });
}
