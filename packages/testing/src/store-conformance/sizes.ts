import { assert } from "chai";
import { codeOf } from "./keys.ts";
import type { StoreRunner } from "./store-conformance.ts";
import { key, stored } from "./stored-session.ts";

/** Characters of data that the core lets through. */
const CORE_MAX = 1_048_576;

/** How much data a session may have, and what becomes of more. */
export function storeSizes({ describe, it }: StoreRunner, maxDataBytes: number = CORE_MAX): void {
  describe("size", () => {
    it(`keeps ${maxDataBytes} bytes of data, byte for byte`, async (store) => {
      await store.create(key("a"), stored({ data: dataOf(maxDataBytes, "x") }));
      assert.isTrue((await store.load(key("a")))?.data === dataOf(maxDataBytes, "x"), "created");
      // Three bytes each, so that a bound which counts characters in one place and bytes in another is found out.
      await store.update(key("a"), stored({ data: dataOf(maxDataBytes, "€"), version: 2 }), 1);
      assert.isTrue((await store.load(key("a")))?.data === dataOf(maxDataBytes, "€"), "updated");
    });

    if (maxDataBytes >= CORE_MAX) return;
    for (const [what, character] of [
      ["ASCII", "x"],
      ["three bytes a character", "€"],
    ] as const) {
      it(`refuses more than it can hold, in ${what}, and keeps what is there`, async (store) => {
        const data = dataOf(Math.ceil(maxDataBytes * 1.1), character);
        assert.equal(await codeOf(() => store.create(key("a"), stored({ data }))), "SESSION_TOO_LARGE");
        assert.isNull(await store.load(key("a")));
        await store.create(key("a"), stored({ data: "first" }));
        assert.equal(await codeOf(() => store.update(key("a"), stored({ data, version: 2 }), 1)), "SESSION_TOO_LARGE");
        assert.deepEqual(await store.load(key("a")), stored({ data: "first" }));
      });
    }
  });
}

/** Session data of so many bytes, as far as possible of one character. */
function dataOf(bytes: number, character: string): string {
  const [head, tail] = ['{"d":{"a":"', '"}}'];
  const room = bytes - head.length - tail.length;
  const width = new TextEncoder().encode(character).length;
  return head + character.repeat(Math.floor(room / width)) + "x".repeat(room % width) + tail;
}
