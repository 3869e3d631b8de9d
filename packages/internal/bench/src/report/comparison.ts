import { pairwise, type Spread, spread } from "../measurement/statistics.ts";
import type { GroupName } from "../workloads/groups.ts";
import type { ComparedSeries, WorkloadResult } from "../workloads/measure-group.ts";

/** Looks up and compares the results of one run. */
export class Comparison {
  readonly #results: readonly WorkloadResult[];

  constructor(results: readonly WorkloadResult[]) {
    this.#results = results;
  }

  workloads(group: GroupName): string[] {
    return this.#resultsOf(group).map(({ workload }) => workload);
  }

  /** The contenders of a workload, or of all workloads of a group, in their order. */
  contenders(group: GroupName, workload?: string): string[] {
    return [...new Set(this.#seriesOf(group, workload).map(({ contender }) => contender))];
  }

  /** The contender that this one is compared with. */
  baseline(group: GroupName, contender: string): string | undefined {
    return this.#seriesOf(group).find((series) => series.contender === contender)?.baseline;
  }

  /** Microseconds by round. */
  rounds(group: GroupName, workload: string, contender: string): readonly number[] | undefined {
    return this.#seriesOf(group, workload).find((series) => series.contender === contender)?.rounds;
  }

  cost(group: GroupName, workload: string, contender: string): Spread | undefined {
    const rounds = this.rounds(group, workload, contender);
    return rounds && spread(rounds);
  }

  /** The time of `contender` divided by the time of `other`: how many times faster `other` is. */
  ratio(group: GroupName, workload: string, contender: string, other: string): Spread | undefined {
    return this.#pair(group, workload, contender, other, (a, b) => a / b);
  }

  /** The time of `contender` minus the time of `other`, microseconds. */
  difference(group: GroupName, workload: string, contender: string, other: string): Spread | undefined {
    return this.#pair(group, workload, contender, other, (a, b) => a - b);
  }

  #pair(
    group: GroupName,
    workload: string,
    contender: string,
    other: string,
    combine: (a: number, b: number) => number,
  ): Spread | undefined {
    const [a, b] = [this.rounds(group, workload, contender), this.rounds(group, workload, other)];
    return a && b && spread(pairwise(a, b, combine));
  }

  #seriesOf(group: GroupName, workload?: string): ComparedSeries[] {
    const results = this.#resultsOf(group);
    return results
      .filter((result) => workload === undefined || result.workload === workload)
      .flatMap(({ series }) => series);
  }

  #resultsOf(group: GroupName): WorkloadResult[] {
    return this.#results.filter((result) => result.group === group);
  }
}
