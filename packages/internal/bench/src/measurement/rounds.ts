/**
 * Measures contestants in turns, so that other load on the machine affects all of them alike. Each has one turn in a round.
 * The first one changes from round to round, because the first turn finds the machine in a different state.
 *
 * @returns the measurements, by contestant and round
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

/** The order of the turns in a round. Each round starts with the next contestant. */
export function turnOrder(count: number, round: number): number[] {
  return Array.from({ length: count }, (_, turn) => (turn + round) % count);
}
