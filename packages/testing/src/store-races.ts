import type { SessionStore } from "@coatcheck/core";
import { assert } from "chai";
import type { StoreRunner } from "./store-conformance.ts";
import { key, stored } from "./stored-session.ts";

/** Comparing and swapping, with several requests at once. Only for stores that can. */
export function storeRaces({ describe, it }: StoreRunner): void {
  describe("compare and swap", () => {
    it("answers conflict at another version, and changes nothing", async (store) => {
      await store.create(key("a"), stored());
      await store.update(key("a"), stored({ data: "2nd", version: 2 }), 1);
      assert.equal(await store.update(key("a"), stored({ data: "late", version: 2 }), 1), "conflict");
      assert.equal((await store.load(key("a")))?.data, "2nd");
    });

    it("ends a session only at the version asked for", async (store) => {
      await store.create(key("a"), stored());
      await store.update(key("a"), stored({ data: "2nd", version: 2 }), 1);
      assert.equal(await store.delete(key("a"), 1), "conflict");
      assert.equal((await store.load(key("a")))?.data, "2nd");
      assert.equal(await store.delete(key("a"), 2), "ok");
    });

    it("lets one of many creators of a key win", async (store) => {
      const results = await Promise.all(times(20, (index) => store.create(key("a"), stored({ data: `${index}` }))));
      assert.equal(results.filter(Boolean).length, 1);
      assert.equal((await store.load(key("a")))?.data, `${results.indexOf(true)}`);
    });

    it("lets one of many writers at a version win", async (store) => {
      await store.create(key("a"), stored());
      const results = await Promise.all(
        times(20, (index) => store.update(key("a"), stored({ data: `${index}`, version: 2 }), 1)),
      );
      assert.deepEqual(
        results.filter((result) => result !== "conflict"),
        ["ok"],
      );
      const found = await store.load(key("a"));
      assert.deepEqual([found?.data, found?.version], [`${results.indexOf("ok")}`, 2]);
    });

    it("loses no update when every writer loads, compares and tries again", async (store) => {
      await store.create(key("a"), stored({ data: "0" }));
      await Promise.all(times(20, () => increment(store)));
      assert.equal((await store.load(key("a")))?.data, "20");
    });

    it("SEC-22 ends a session for good, with writers, readers and another logout under way", async (store) => {
      await store.create(key("a"), stored());
      await Promise.all([
        ...times(5, () => store.update(key("a"), stored({ version: 2 }), 1)),
        ...times(5, () => store.touch(key("a"), stored().expiresAt + 1_000)),
        store.delete(key("a")),
        store.delete(key("a")),
      ]);
      assert.equal(await store.update(key("a"), stored({ version: 3 }), 2), "gone");
      assert.isFalse(await store.touch(key("a"), stored().expiresAt + 2_000));
      assert.isNull(await store.load(key("a")));
    });

    it("lets either a writer or a conditional delete win, never both", async (store) => {
      await store.create(key("a"), stored());
      const [written, deleted] = await Promise.all([
        store.update(key("a"), stored({ data: "2nd", version: 2 }), 1),
        store.delete(key("a"), 1),
      ]);
      assert.include([["ok", "conflict"].join(), ["gone", "ok"].join()], [written, deleted].join());
      assert.equal((await store.load(key("a")))?.data, written === "ok" ? "2nd" : undefined);
    });
  });
}

async function increment(store: SessionStore): Promise<void> {
  // 20 writers need 20 rounds at most; a store that answers nonsense would go round forever.
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const found = await store.load(key("a"));
    if (found === null) throw new Error("the session is gone");
    const next = stored({ data: `${Number(found.data) + 1}`, version: found.version + 1 });
    if ((await store.update(key("a"), next, found.version)) === "ok") return;
  }
  throw new Error("update never answered ok");
}

function times<Result>(count: number, body: (index: number) => Promise<Result>): Promise<Result>[] {
  return Array.from({ length: count }, (_, index) => body(index));
}
