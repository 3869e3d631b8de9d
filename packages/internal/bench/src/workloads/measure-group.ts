import type { Contender } from "../contenders/contender.ts";
import { baseOf, GOOD_COOKIE, type Group, type GroupName, membersOf } from "./groups.ts";
import { type Entry, type RoundOptions, runWork, type Series } from "./run-workload.ts";
import type { Work } from "./workload.ts";

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
    const series = await runWork(entriesOf(work, members), { ...options, rounds });
    results.push({ group: group.name, work: work.name, series: compareSeries(series, members) });
  }
  return results;
}

/** All do the same; where cookies are altered, coatcheck has a turn with good ones besides, to compare with. */
function entriesOf(work: Work, members: readonly Contender[]): Entry[] {
  const entries = members.map((contender): Entry => ({ contender, work }));
  const [coatcheck] = members.filter(({ name }) => name === "coatcheck");
  if (work.alter === undefined || coatcheck === undefined) return entries;
  const { alter: _, ...withGoodCookies } = work;
  return [...entries, { name: GOOD_COOKIE, contender: coatcheck, work: withGoodCookies }];
}

/** Says of each series what its figures are put in relation to. */
export function compareSeries(series: readonly Series[], members: readonly Contender[]): ComparedSeries[] {
  return series.map((each) => {
    const host = members.find(({ name }) => name === each.contender)?.host ?? "fetch";
    return { ...each, base: each.contender.startsWith("coatcheck") ? each.contender : baseOf(host) };
  });
}
