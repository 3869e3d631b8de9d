/** Whole numbers from 0 to below `limit`, the same ones for the same seed. */
export type Random = (limit: number) => number;

/** A linear congruential generator of 64 bits, whose upper half is used: good enough to choose mutations by. */
export function seededRandom(seed: number): Random {
  let state = BigInt(seed);
  return (limit) => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number((state >> 33n) % BigInt(limit));
  };
}
