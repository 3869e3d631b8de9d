import { assert } from "chai";
import type { StoreRunner } from "./store-conformance.ts";
import { key, later, stored } from "./stored-session.ts";

/** What one connection does, seen by the other. Nothing is asked of a store that says it takes its time. */
export function storeConnections({ describe, it }: StoreRunner): void {
  describe("two connections", () => {
    it("shows the other what one wrote, at once", async (store, peer) => {
      if (store.traits.consistency === "eventual") return;
      const session = stored({ data: "first" });
      await store.create(key("a"), session);
      assert.deepEqual(await peer.load(key("a")), session);
      await store.update(key("a"), stored({ data: "2nd", version: 2 }), 1);
      assert.equal((await peer.load(key("a")))?.data, "2nd");
      await peer.touch(key("a"), later() + 60_000);
      assert.equal((await store.load(key("a")))?.expiresAt, later() + 60_000);
    });

    it("SEC-22 shows a logout to the other at once, also where the session was just read", async (store, peer) => {
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
