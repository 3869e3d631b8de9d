import { deepStrictEqual } from "node:assert";

const OWNERS = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Map.prototype];
const before = OWNERS.map((owner) => Reflect.ownKeys(owner).length);

/** That no input has put anything onto what all objects share. */
export function assertUnpolluted(): void {
  deepStrictEqual(
    OWNERS.map((owner) => Reflect.ownKeys(owner).length),
    before,
  );
}
