/**
 * Whether two lists hold the same bytes. Every byte is looked at, whatever the first ones say: how long it takes must
 * not tell how much of a guess was right.
 */
export function isSame(left: ArrayLike<number>, right: ArrayLike<number>): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < left.length; index++) difference |= (left[index] ?? 0) ^ (right[index] ?? 0);
  return difference === 0;
}
