/** Returns a whole number from 0 to below `limit`. */
export type Random = (limit: number) => number;

/**
 * Random numbers that are the same for the same seed: the upper half of a 64-bit linear congruential generator, which is
 * good enough to choose mutations.
 */
export function seededRandom(seed: number): Random {
  let state = BigInt(seed);
  return (limit) => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number((state >> 33n) % BigInt(limit));
  };
}
