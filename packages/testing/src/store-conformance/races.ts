import type { SessionStore } from "@coatcheck/core";
import { assert } from "chai";
import { parallel } from "./parallel.ts";
import type { FullStore, StoreRunner } from "./store-runner.ts";
import { key, later, stored } from "./stored-session.ts";

/** Compare and swap, with several requests at once on two connections. */
export function raceTests({ describe, it }: StoreRunner): void {
  describe("compare and swap", () => {
    it("answers conflict at another version and changes nothing", async (store) => {
      await store.create(key("a"), stored());
      await store.update(key("a"), stored({ data: "2nd", version: 2 }), 1);
      assert.equal(await store.update(key("a"), stored({ data: "late", version: 2 }), 1), "conflict");
      assert.equal((await store.load(key("a")))?.data, "2nd");
    });

    it("deletes a session only at the expected version", async (store) => {
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

    it("lets one of many writers of a version win", async (...connections) => {
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

    it("loses no update when all writers load, update and retry at once", async (...connections) => {
      const [store] = connections;
      await store.create(key("a"), stored({ data: "0" }));
      await parallel(WRITERS, connections, increment);
      assert.equal((await store.load(key("a")))?.data, `${WRITERS}`);
    });

    it("SEC-22 ends a session for good during writes, touches and another logout", async (...connections) => {
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

    it("lets either an update or a conditional delete win, never both", async (store, peer) => {
      await parallel(ROUNDS, [store], (_, round) => store.create(key(`${round}`), stored()));
      // A delete that loads first is noticed only when the update comes between its two steps, hence the rounds.
      const results: string[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const update = () => store.update(key(`${round}`), stored({ data: "2nd", version: 2 }), 1);
        const remove = () => peer.delete(key(`${round}`), 1);
        const [updated, deleted] =
          round % 2 === 0
            ? await Promise.all([update(), remove()])
            : (await Promise.all([remove(), update()])).reverse();
        results.push(`${updated}, ${deleted}`);
      }
      const left = await parallel(ROUNDS, [store], (_, round) => store.load(key(`${round}`)));
      for (const [round, result] of results.entries()) {
        assert.include(["ok, conflict", "gone, ok"], result);
        assert.equal(left[round]?.data, result === "ok, conflict" ? "2nd" : undefined);
      }
    });

    it("moves the expiry to the latest of many touches and loses no update", async (...connections) => {
      const [store] = connections;
      await store.create(key("a"), stored());
      const touchAll = () =>
        parallel(10, connections, (connection, index) => connection.touch(key("a"), later() + index * 1_000));
      const [results] = await Promise.all([touchAll(), store.update(key("a"), stored({ data: "2nd", version: 2 }), 1)]);
      assert.notInclude(results, false);
      // The update has an expiry of its own, so that here the expiry depends on the order.
      const found = await store.load(key("a"));
      assert.deepEqual([found?.data, found?.version], ["2nd", 2]);
      await touchAll();
      assert.equal((await store.load(key("a")))?.expiresAt, later() + 9_000);
    });
  });
}

const ROUNDS = 20;
const WRITERS = 12;

async function increment(store: SessionStore): Promise<void> {
  // A writer needs at most as many attempts as there are writers. The limit stops a store whose answers are wrong.
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const found = await store.load(key("a"));
    if (found === null) throw new Error("the session is gone");
    const next = stored({ data: `${Number(found.data) + 1}`, version: found.version + 1 });
    if ((await store.update(key("a"), next, found.version)) === "ok") return;
  }
  throw new Error("update never answered ok");
}
