import type { Contender } from "../contenders/contender.ts";
import { baselineOf, type Group, type GroupName, membersOf, VALID_COOKIE } from "./groups.ts";
import { type Entry, type RoundOptions, runWorkload, type Series } from "./run-workload.ts";
import type { Workload } from "./workload.ts";

/** The results of all contenders of a group in one workload. */
export interface WorkloadResult {
  readonly group: GroupName;
  readonly workload: string;
  readonly series: readonly ComparedSeries[];
}

export interface ComparedSeries extends Series {
  /** The contender that this one is compared with; itself, when it is coatcheck. */
  readonly baseline: string;
}

/** @param report - called with a description of each measurement before it starts */
export async function measureGroup(
  group: Group,
  contenders: readonly Contender[],
  options: RoundOptions,
  report: (description: string) => void,
): Promise<WorkloadResult[]> {
  const isNode = !("Deno" in globalThis || "Bun" in globalThis);
  const members = membersOf(
    group,
    contenders.filter(({ isNodeOnly }) => isNode || !isNodeOnly),
  );
  const rounds = options.rounds * (group.moreRounds ?? 1);
  const results: WorkloadResult[] = [];
  for (const workload of group.workloads) {
    report(`${group.name}: ${workload.name}`);
    const series = await runWorkload(entriesOf(workload, members), { ...options, rounds });
    results.push({ group: group.name, workload: workload.name, series: withBaselines(series, members) });
  }
  return results;
}

/** Adds to each series the contender that it is compared with. */
export function withBaselines(series: readonly Series[], members: readonly Contender[]): ComparedSeries[] {
  return series.map((each) => {
    const host = members.find(({ name }) => name === each.contender)?.host ?? "fetch";
    return { ...each, baseline: each.contender.startsWith("coatcheck") ? each.contender : baselineOf(host) };
  });
}

/** All members do the same. Where cookies are altered, coatcheck also has turns with valid ones, for comparison. */
function entriesOf(workload: Workload, members: readonly Contender[]): Entry[] {
  const entries = members.map((contender): Entry => ({ contender, workload }));
  const coatcheck = members.find(({ name }) => name === "coatcheck");
  if (workload.alter === undefined || coatcheck === undefined) return entries;
  const { alter: _, ...withValidCookies } = workload;
  return [...entries, { name: VALID_COOKIE, contender: coatcheck, workload: withValidCookies }];
}
