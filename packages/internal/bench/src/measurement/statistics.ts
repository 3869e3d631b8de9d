/** The median and the middle half of some values. */
export interface Spread {
  /** A quarter of the values is below. */
  readonly low: number;
  readonly median: number;
  /** A quarter of the values is above. */
  readonly high: number;
}

/** The value that is greater than `share` of the values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function spread(values: readonly number[]): Spread {
  return { low: quantile(values, 0.25), median: median(values), high: quantile(values, 0.75) };
}

/** Combines two series round by round, so that a disturbance in a round affects both values. */
export function pairwise(
  values: readonly number[],
  others: readonly number[],
  combine: (value: number, other: number) => number,
): number[] {
  if (values.length !== others.length) throw new Error("two series of one run must have the same number of rounds");
  return values.map((value, round) => combine(value, others[round] ?? Number.NaN));
}
