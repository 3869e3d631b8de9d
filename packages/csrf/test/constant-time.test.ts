import { describe, expect, it } from "vitest";
import { isSame } from "../src/constant-time.ts";

/** Bytes that record which of them are read. */
function watched(bytes: readonly number[]): { readonly bytes: ArrayLike<number>; readonly reads: PropertyKey[] } {
  const reads: PropertyKey[] = [];
  const bytesWatched = new Proxy([...bytes], {
    get(target, key) {
      if (key !== "length") reads.push(key);
      return Reflect.get(target, key);
    },
  });
  return { bytes: bytesWatched, reads };
}

const right = Array.from({ length: 32 }, (_, index) => index * 7);
const wrongAt = (place: number, bit = 1) => right.map((byte, index) => (index === place ? byte ^ bit : byte));

describe("isSame", () => {
  it("SEC-51 reads every byte of both lists, wherever the first difference is", () => {
    const everything = right.map((_, index) => String(index));
    for (const guess of [right, wrongAt(0), wrongAt(16), wrongAt(31), right.map((byte) => byte ^ 255)]) {
      const [left, other] = [watched(guess), watched(right)];
      isSame(left.bytes, other.bytes);
      expect(left.reads).toEqual(everything);
      expect(other.reads).toEqual(everything);
    }
  });

  it("finds a difference in any single bit, and in the length", () => {
    expect(isSame(right, [...right])).toBe(true);
    for (let place = 0; place < 32; place++) {
      for (let bit = 1; bit < 256; bit *= 2) expect(isSame(wrongAt(place, bit), right)).toBe(false);
    }
    expect(isSame(right.slice(1), right)).toBe(false);
    expect(isSame([...right, 0], right)).toBe(false);
    expect(isSame([], right)).toBe(false);
  });
});
