import { assert } from "chai";
import { codeOf } from "./keys.ts";
import type { StoreRunner } from "./store-runner.ts";
import { key, stored } from "./stored-session.ts";

/** The core's limit for session data, in characters. */
const CORE_MAX = 1_048_576;

/** The limit for the data of a session. */
export function sizeTests({ describe, it }: StoreRunner, maxDataBytes: number = CORE_MAX): void {
  describe("size", () => {
    it(`stores ${maxDataBytes} bytes of data unchanged`, async (store) => {
      await store.create(key("a"), stored({ data: dataOf(maxDataBytes, "x") }));
      assert.isTrue((await store.load(key("a")))?.data === dataOf(maxDataBytes, "x"), "created");
      // Characters of three bytes reveal a limit that counts characters in one place and bytes in another.
      await store.update(key("a"), stored({ data: dataOf(maxDataBytes, "€"), version: 2 }), 1);
      assert.isTrue((await store.load(key("a")))?.data === dataOf(maxDataBytes, "€"), "updated");
    });

    if (maxDataBytes >= CORE_MAX) return;
    for (const [what, character] of [
      ["ASCII", "x"],
      ["characters of three bytes", "€"],
    ] as const) {
      it(`rejects data beyond its limit and keeps the session (${what})`, async (store) => {
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

/** Session data of this many bytes, filled with one character as far as possible. */
function dataOf(bytes: number, character: string): string {
  const [head, tail] = ['{"d":{"a":"', '"}}'];
  const room = bytes - head.length - tail.length;
  const width = new TextEncoder().encode(character).length;
  return head + character.repeat(Math.floor(room / width)) + "x".repeat(room % width) + tail;
}
