/**
 * Measures contestants in turn, so that what goes on besides on the machine is the same for all. Each has one turn in a
 * round; who begins changes from round to round, since whoever comes first meets another state of the machine.
 *
 * @returns what was measured, by contestant and round
 */
export async function takeTurns<Contestant, Result>(
  contestants: readonly Contestant[],
  rounds: number,
  measure: (contestant: Contestant, round: number) => Promise<Result>,
): Promise<Result[][]> {
  const results: Result[][] = contestants.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const index of turnOrder(contestants.length, round)) {
      results[index]?.push(await measure(contestants[index] as Contestant, round));
    }
  }
  return results;
}

/** The order of a round: everybody once, beginning with another one than in the round before. */
export function turnOrder(count: number, round: number): number[] {
  return Array.from({ length: count }, (_, turn) => (turn + round) % count);
}
