import { assert } from "chai";
import type { StoreRunner } from "./store-runner.ts";
import { key, later, stored } from "./stored-session.ts";

/** The changes of one connection, seen by another. Stores with eventual consistency may show them later. */
export function connectionTests({ describe, it }: StoreRunner): void {
  describe("two connections", () => {
    it("shows a write to the other connection at once", async (store, peer) => {
      if (store.traits.consistency === "eventual") return;
      const session = stored({ data: "first" });
      await store.create(key("a"), session);
      assert.deepEqual(await peer.load(key("a")), session);
      await store.update(key("a"), stored({ data: "2nd", version: 2 }), 1);
      assert.equal((await peer.load(key("a")))?.data, "2nd");
      await peer.touch(key("a"), later() + 60_000);
      assert.equal((await store.load(key("a")))?.expiresAt, later() + 60_000);
    });

    it("SEC-22 shows a logout at once to a connection that has just read the session", async (store, peer) => {
      if (store.traits.consistency === "eventual") return;
      await store.create(key("a"), stored());
      assert.isNotNull(await store.load(key("a")));
      assert.isNotNull(await peer.load(key("a")));
      await store.delete(key("a"));
      assert.isNull(await peer.load(key("a")));
      assert.isFalse(await peer.touch(key("a"), later() + 60_000));
      assert.equal(await peer.update(key("a"), stored({ version: 2 }), 1), "gone");
      assert.isNull(await store.load(key("a")));
    });
  });
}
