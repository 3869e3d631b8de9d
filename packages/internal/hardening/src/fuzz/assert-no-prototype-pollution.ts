import { deepStrictEqual } from "node:assert";

const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Map.prototype];
const keyCountsAtStart = countKeys();

/** Asserts that no input has added a property to a prototype that all objects share. */
export function assertNoPrototypePollution(): void {
  deepStrictEqual(countKeys(), keyCountsAtStart);
}

function countKeys(): number[] {
  return PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype).length);
}
