import type { Contender } from "../contenders/contender.ts";
import { baseOf, type Group, type GroupName } from "./groups.ts";
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
  const members = contenders.filter((contender) => group.isMember(contender) && (isNode || !contender.isNodeOnly));
  // Where nothing is asked of the session it is the same in all modes: the first one stands for them.
  const distinct = members.filter(({ name }, index) => members.findIndex((other) => other.name === name) === index);
  const results: WorkResult[] = [];
  for (const work of group.works) {
    report(`${group.name}: ${work.name}`);
    const series = await runWork(distinct, work, { ...options, rounds: options.rounds * (group.moreRounds ?? 1) });
    results.push({ group: group.name, work: work.name, series: series.map((each) => ({ ...each, base: base(each) })) });
  }
  return results;

  function base({ contender }: Series): string {
    const { name, host } = distinct.find((member) => member.name === contender) as Contender;
    return name.startsWith("coatcheck") ? name : baseOf(host);
  }
}
