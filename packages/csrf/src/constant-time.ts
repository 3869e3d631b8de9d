/**
 * Whether two lists contain the same bytes. Compares every byte, even after a difference, so that the time does not
 * reveal how much of a guess was right.
 */
export function isSame(left: ArrayLike<number>, right: ArrayLike<number>): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < left.length; index++) difference |= (left[index] ?? 0) ^ (right[index] ?? 0);
  return difference === 0;
}
