import type { SessionStore } from "@coatcheck/core";
import { assert } from "chai";
import { parallel } from "./parallel.ts";
import type { FullStore, StoreRunner } from "./store-conformance.ts";
import { key, later, stored } from "./stored-session.ts";

/** Comparing and swapping, with several requests at once on two connections. Only for stores that can. */
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

    it("lets one of many creators of a key win", async (...connections) => {
      const results = await parallel(20, connections, (store, index) =>
        store.create(key("a"), stored({ data: `${index}` })),
      );
      assert.equal(results.filter(Boolean).length, 1);
      assert.equal((await connections[0].load(key("a")))?.data, `${results.indexOf(true)}`);
    });

    it("lets one of many writers at a version win", async (...connections) => {
      const [store] = connections;
      await store.create(key("a"), stored());
      const results = await parallel(20, connections, (connection, index) =>
        connection.update(key("a"), stored({ data: `${index}`, version: 2 }), 1),
      );
      assert.deepEqual(
        results.filter((result) => result !== "conflict"),
        ["ok"],
      );
      const found = await store.load(key("a"));
      assert.deepEqual([found?.data, found?.version], [`${results.indexOf("ok")}`, 2]);
    });

    it("loses no update when every writer loads, compares and tries again", async (...connections) => {
      const [store] = connections;
      await store.create(key("a"), stored({ data: "0" }));
      await parallel(20, connections, increment);
      assert.equal((await store.load(key("a")))?.data, "20");
    });

    it("SEC-22 ends a session for good, with writers, readers and another logout under way", async (...connections) => {
      const [store] = connections;
      await store.create(key("a"), stored());
      await parallel<FullStore, unknown>(16, connections, async (connection, index) => {
        if (index === 5 || index === 8) return connection.delete(key("a"));
        if (index % 3 === 0) return connection.touch(key("a"), later() + 1_000);
        const version = (await connection.load(key("a")))?.version ?? 1;
        return connection.update(key("a"), stored({ version: version + 1 }), version);
      });
      assert.equal(await store.update(key("a"), stored({ version: 3 }), 2), "gone");
      assert.isFalse(await store.touch(key("a"), later() + 2_000));
      for (const connection of connections) assert.isNull(await connection.load(key("a")));
    });

    it("lets either a writer or a conditional delete win, never both", async (store, peer) => {
      // A delete that looks first and then deletes is found out only when it looks before the write and deletes after it.
      for (let round = 0; round < ROUNDS; round++) {
        await store.create(key("a"), stored());
        const write = () => store.update(key("a"), stored({ data: "2nd", version: 2 }), 1);
        const end = () => peer.delete(key("a"), 1);
        const [written, deleted] =
          round % 2 === 0 ? await Promise.all([write(), end()]) : (await Promise.all([end(), write()])).reverse();
        assert.include([["ok", "conflict"].join(), ["gone", "ok"].join()], [written, deleted].join());
        assert.equal((await store.load(key("a")))?.data, written === "ok" ? "2nd" : undefined);
        await store.delete(key("a"));
      }
    });

    it("moves the expiry to the latest of many touches, and loses no write under them", async (...connections) => {
      const [store] = connections;
      await store.create(key("a"), stored());
      const [results] = await Promise.all([
        parallel(10, connections, (connection, index) => connection.touch(key("a"), later() + index * 1_000)),
        store.update(key("a"), stored({ data: "2nd", version: 2 }), 1),
      ]);
      assert.notInclude(results, false);
      // The writer brings an expiry of its own, so what is left of the touches depends on who came last.
      const found = await store.load(key("a"));
      assert.deepEqual([found?.data, found?.version], ["2nd", 2]);
      await parallel(10, connections, (connection, index) => connection.touch(key("a"), later() + index * 1_000));
      assert.equal((await store.load(key("a")))?.expiresAt, later() + 9_000);
    });
  });
}

const ROUNDS = 20;

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
