import type { SessionStore } from "@coatcheck/core";
import { assert } from "chai";
import type { StoreRunner } from "./store-conformance.ts";
import { key, later, stored } from "./stored-session.ts";

/** Sessions that have expired, on any store: dropped or kept is the engine's choice, but it is one of the two. */
export function storeExpiry({ describe, it }: StoreRunner): void {
  describe("expiry", () => {
    // It happens: the application's clock is behind the engine's, or an absolute timeout was shortened.
    it("takes a session that has expired already, and gives it or none", async (store) => {
      const session = expired();
      assert.isTrue(await store.create(key("a"), session));
      const found = await store.load(key("a"));
      if (found !== null) assert.deepEqual(found, session);
    });

    it("touches a session that has expired: later, or gone", async (store) => {
      const session = expired();
      await store.create(key("a"), session);
      const isThere = await store.touch(key("a"), later());
      assert.deepEqual(await store.load(key("a")), isThere ? { ...session, expiresAt: later() } : null);
    });

    it("updates a session that has expired: ok, or gone", async (store) => {
      await store.create(key("a"), expired());
      const next = stored({ data: "2nd", version: 2 });
      const result = await store.update(key("a"), next, 1);
      assert.include(["ok", "gone"], result);
      assert.deepEqual(await store.load(key("a")), result === "ok" ? next : null);
    });

    it("updates a session to one that has expired, and gives it or none", async (store) => {
      await store.create(key("a"), stored());
      const next = { ...expired(), version: 2 };
      assert.equal(await store.update(key("a"), next, 1), "ok");
      const found = await store.load(key("a"));
      if (found !== null) assert.deepEqual(found, next);
    });
  });
}

/**
 * Engines that drop what has expired by themselves. The instant it happens is the engine's; a session beside the one
 * that is looked at tells that it has come.
 */
export function storeDrops({ describe, it }: StoreRunner, within: number, hasSubjectIndex: boolean): void {
  describe("expiry in the engine", () => {
    it("SEC-23 drops a session that has expired, for good", async (store) => {
      await store.create(key("a"), stored({ expiresAt: soon() }));
      await untilGone(store, key("a"), within);
      assert.isFalse(await store.touch(key("a"), later()));
      assert.equal(await store.update(key("a"), stored({ version: 2 }), 1), "gone");
      assert.equal(await store.delete(key("a")), "gone");
      assert.isNull(await store.load(key("a")));
    });

    it("keeps a session that was touched or updated in time, or has time left", async (store) => {
      const first = soon();
      const session = stored({ expiresAt: first });
      for (const name of ["touched", "updated"]) await store.create(key(name), session);
      await store.create(key("left"), stored());
      assert.isTrue(await store.touch(key("touched"), later()));
      assert.equal(await store.update(key("updated"), stored({ version: 2 }), 1), "ok");
      await store.create(key("neighbour"), session);
      await untilGone(store, key("neighbour"), within);
      assert.deepEqual(await store.load(key("touched")), stored(), "touched");
      assert.deepEqual(await store.load(key("updated")), stored({ version: 2 }), "updated");
      assert.deepEqual(await store.load(key("left")), stored(), "with time left");
    });

    if (!hasSubjectIndex) return;
    it("SEC-24 lists the sessions that are left, and none that was dropped", async (store) => {
      const expiresAt = soon();
      const add = (name: string, subject: string, at: number) =>
        store.create(key(name), stored({ subject, expiresAt: at }));
      await add("touched", "eve", expiresAt);
      await add("updated", "grace", expiresAt);
      await add("first", "ada", expiresAt);
      await add("left-1", "ada", later());
      await add("left-2", "mary", later());
      await add("last", "mary", expiresAt);
      assert.isTrue(await store.touch(key("touched"), later()));
      assert.equal(await store.update(key("updated"), stored({ subject: "grace", version: 2 }), 1), "ok");
      for (const name of ["first", "last"]) await untilGone(store, key(name), within);
      // An entry of an index that lives as long as the first session, or the last, would be gone or too many.
      const left = { eve: "touched", grace: "updated", ada: "left-1", mary: "left-2" };
      for (const [subject, name] of Object.entries(left)) {
        const listed = (await store.listBySubject(subject)).map((entry) => entry.key);
        assert.deepEqual(listed, [key(name)], subject);
        assert.equal(await store.deleteBySubject(subject), 1, subject);
      }
    });
  });
}

function expired(): ReturnType<typeof stored> {
  return stored({ expiresAt: Date.now() - 1_000 });
}

/** Far enough ahead for a touch to come before it on a busy machine. */
function soon(): number {
  return Date.now() + 2_000;
}

async function untilGone(store: SessionStore, name: string, within: number): Promise<void> {
  const giveUpAt = soon() + within * 1_000;
  while ((await store.load(name)) !== null) {
    assert.isBelow(Date.now(), giveUpAt, `the engine drops a session within ${within} s of its expiry`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
