import { assert } from "chai";
import type { StoreRunner } from "./store-conformance.ts";
import { key, later, stored } from "./stored-session.ts";

/** One operation at a time, on any store. */
export function storeBasics({ describe, it }: StoreRunner): void {
  describe("load and create", () => {
    it("finds nothing under a key that was never used", async (store) => {
      assert.isNull(await store.load(key("a")));
    });

    it("gives a session back as it was, byte for byte", async (store) => {
      const awkward = JSON.stringify({
        d: {
          a: "\u0000\u2028\ufeff\ud83d\ude00\\\"'`;--",
          e: ["\u00e9", "e\u0301"],
          b: "123",
          "": "%00",
          long: "x".repeat(20_000),
        },
      });
      for (const [index, data] of ["", "123", "null", "{", " \t\n{} \n", "\ufeff{}", awkward].entries()) {
        const session = stored({ data, subject: "eve@example.org", authenticatedAt: later() - 5_000 });
        assert.isTrue(await store.create(key(`${index}`), session));
        assert.deepEqual(await store.load(key(`${index}`)), session);
      }
    });

    it("leaves out what the session does not have", async (store) => {
      const session = stored();
      await store.create(key("a"), session);
      assert.deepEqual(Object.keys((await store.load(key("a"))) ?? {}).sort(), Object.keys(session).sort());
    });

    it("SEC-01 refuses a key that exists, and leaves what is there", async (store) => {
      await store.create(key("a"), stored({ data: "first" }));
      assert.isFalse(await store.create(key("a"), stored({ data: "second" })));
      assert.equal((await store.load(key("a")))?.data, "first");
    });

    it("keeps no tie to the objects it was given or gave", async (store) => {
      const session = { ...stored({ data: "first" }) };
      await store.create(key("a"), session);
      session.data = "changed behind its back";
      assert.equal((await store.load(key("a")))?.data, "first");
    });
  });

  describe("update", () => {
    it("replaces a session at the version it was seen at, and counts", async (store) => {
      await store.create(key("a"), stored());
      assert.equal(await store.update(key("a"), stored({ data: "2nd", version: 2 }), 1), "ok");
      assert.equal(await store.update(key("a"), stored({ data: "3rd", version: 3 }), 2), "ok");
      const found = await store.load(key("a"));
      assert.deepEqual([found?.data, found?.version], ["3rd", 3]);
    });

    it("SEC-21 takes over every field of what it is given, and makes up none", async (store) => {
      await store.create(key("a"), stored({ subject: "eve", authenticatedAt: later() - 9_000 }));
      const next = stored({
        data: "2nd",
        version: 2,
        expiresAt: later() + 5_000,
        subject: "eve",
        authenticatedAt: later(),
      });
      await store.update(key("a"), next, 1);
      assert.deepEqual(await store.load(key("a")), next);
      const other = stored({ version: 3, expiresAt: later() - 5_000, subject: "eve" });
      await store.update(key("a"), other, 2);
      assert.deepEqual(await store.load(key("a")), other);
    });

    it("SEC-23 answers gone where there is no session, and creates none", async (store) => {
      assert.equal(await store.update(key("a"), stored({ version: 2 }), 1), "gone");
      assert.isNull(await store.load(key("a")));
    });
  });

  describe("touch", () => {
    it("moves the expiry later and leaves the rest", async (store) => {
      const session = stored({ data: "as it was" });
      await store.create(key("a"), session);
      assert.isTrue(await store.touch(key("a"), session.expiresAt + 60_000));
      assert.deepEqual(await store.load(key("a")), { ...session, expiresAt: session.expiresAt + 60_000 });
    });

    it("never moves it earlier", async (store) => {
      const session = stored();
      await store.create(key("a"), session);
      assert.isTrue(await store.touch(key("a"), session.expiresAt - 60_000));
      assert.equal((await store.load(key("a")))?.expiresAt, session.expiresAt);
    });

    it("does not get in the way of a writer", async (store) => {
      const session = stored();
      await store.create(key("a"), session);
      await store.touch(key("a"), session.expiresAt + 60_000);
      assert.equal(await store.update(key("a"), stored({ data: "2nd", version: 2 }), 1), "ok");
    });

    it("SEC-23 answers false where there is no session, and creates none", async (store) => {
      assert.isFalse(await store.touch(key("a"), later()));
      assert.isNull(await store.load(key("a")));
    });
  });

  describe("delete", () => {
    it("ends a session whatever its version", async (store) => {
      await store.create(key("a"), stored());
      await store.update(key("a"), stored({ version: 2 }), 1);
      assert.equal(await store.delete(key("a")), "ok");
      assert.isNull(await store.load(key("a")));
    });

    it("answers gone the second time", async (store) => {
      await store.create(key("a"), stored());
      await store.delete(key("a"));
      assert.equal(await store.delete(key("a")), "gone");
      assert.equal(await store.delete(key("a"), 1), "gone");
    });

    it("lets nobody else's session go with it", async (store) => {
      await store.create(key("a"), stored({ data: "a" }));
      await store.create(key("b"), stored({ data: "b" }));
      await store.delete(key("a"));
      assert.equal((await store.load(key("b")))?.data, "b");
    });
  });
}
