import { pairwise, type Spread, spread } from "../measurement/statistics.ts";
import type { GroupName } from "../workloads/groups.ts";
import type { WorkResult } from "../workloads/measure-group.ts";

/** Looks up what was measured in one run. */
export class Comparison {
  readonly #results: readonly WorkResult[];

  constructor(results: readonly WorkResult[]) {
    this.#results = results;
  }

  works(group: GroupName): string[] {
    return this.#results.filter((result) => result.group === group).map(({ work }) => work);
  }

  /** The contenders of a work, or of all works of a group, in their order. */
  contenders(group: GroupName, work?: string): string[] {
    const found = this.#results.filter(
      (result) => result.group === group && (work === undefined || result.work === work),
    );
    return [...new Set(found.flatMap(({ series }) => series.map(({ contender }) => contender)))];
  }

  base(group: GroupName, contender: string): string | undefined {
    const found = this.#results.filter((result) => result.group === group).flatMap(({ series }) => series);
    return found.find((series) => series.contender === contender)?.base;
  }

  /** Microseconds by round. */
  rounds(group: GroupName, work: string, contender: string): readonly number[] | undefined {
    const result = this.#results.find((each) => each.group === group && each.work === work);
    return result?.series.find((series) => series.contender === contender)?.rounds;
  }

  cost(group: GroupName, work: string, contender: string): Spread | undefined {
    const rounds = this.rounds(group, work, contender);
    return rounds && spread(rounds);
  }

  /** How many times as long `contender` takes as `other`. */
  ratio(group: GroupName, work: string, contender: string, other: string): Spread | undefined {
    return this.#pair(group, work, contender, other, (a, b) => a / b);
  }

  /** How much longer `contender` takes than `other`, microseconds. */
  difference(group: GroupName, work: string, contender: string, other: string): Spread | undefined {
    return this.#pair(group, work, contender, other, (a, b) => a - b);
  }

  #pair(
    group: GroupName,
    work: string,
    contender: string,
    other: string,
    combine: (a: number, b: number) => number,
  ): Spread | undefined {
    const [a, b] = [this.rounds(group, work, contender), this.rounds(group, work, other)];
    return a && b && spread(pairwise(a, b, combine));
  }
}
