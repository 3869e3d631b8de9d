import { assert } from "chai";
import type { StoreRunner } from "./store-runner.ts";
import { key, later, stored } from "./stored-session.ts";

/** One operation at a time. */
export function singleOperationTests({ describe, it }: StoreRunner): void {
  describe("load and create", () => {
    it("finds no session under an unknown key", async (store) => {
      assert.isNull(await store.load(key("a")));
    });

    it("returns a session byte for byte", async (store) => {
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

    it("leaves out the optional fields that a session lacks", async (store) => {
      const session = stored();
      await store.create(key("a"), session);
      assert.deepEqual(Object.keys((await store.load(key("a"))) ?? {}).sort(), Object.keys(session).sort());
    });

    it("SEC-01 rejects a key that exists and keeps the session there", async (store) => {
      await store.create(key("a"), stored({ data: "first" }));
      assert.isFalse(await store.create(key("a"), stored({ data: "second" })));
      assert.equal((await store.load(key("a")))?.data, "first");
    });

    it("stores a copy of the session, not the caller's object", async (store) => {
      const session = { ...stored({ data: "first" }) };
      await store.create(key("a"), session);
      session.data = "changed by the caller";
      assert.equal((await store.load(key("a")))?.data, "first");
    });
  });

  describe("update", () => {
    it("replaces a session at the expected version", async (store) => {
      await store.create(key("a"), stored());
      assert.equal(await store.update(key("a"), stored({ data: "2nd", version: 2 }), 1), "ok");
      assert.equal(await store.update(key("a"), stored({ data: "3rd", version: 3 }), 2), "ok");
      const found = await store.load(key("a"));
      assert.deepEqual([found?.data, found?.version], ["3rd", 3]);
    });

    it("SEC-21 stores every field of the new session and no others", async (store) => {
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

    it("SEC-23 answers gone for a missing session and creates none", async (store) => {
      assert.equal(await store.update(key("a"), stored({ version: 2 }), 1), "gone");
      assert.isNull(await store.load(key("a")));
    });
  });

  describe("touch", () => {
    it("moves the expiry later and changes nothing else", async (store) => {
      const session = stored({ data: "unchanged" });
      await store.create(key("a"), session);
      assert.isTrue(await store.touch(key("a"), session.expiresAt + 60_000));
      assert.deepEqual(await store.load(key("a")), { ...session, expiresAt: session.expiresAt + 60_000 });
    });

    it("never moves the expiry earlier", async (store) => {
      const session = stored();
      await store.create(key("a"), session);
      assert.isTrue(await store.touch(key("a"), session.expiresAt - 60_000));
      assert.equal((await store.load(key("a")))?.expiresAt, session.expiresAt);
    });

    it("does not make an update conflict", async (store) => {
      const session = stored();
      await store.create(key("a"), session);
      await store.touch(key("a"), session.expiresAt + 60_000);
      assert.equal(await store.update(key("a"), stored({ data: "2nd", version: 2 }), 1), "ok");
    });

    it("SEC-23 answers false for a missing session and creates none", async (store) => {
      assert.isFalse(await store.touch(key("a"), later()));
      assert.isNull(await store.load(key("a")));
    });
  });

  describe("delete", () => {
    it("ends a session at any version when none is given", async (store) => {
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

    it("ends no other session", async (store) => {
      await store.create(key("a"), stored({ data: "a" }));
      await store.create(key("b"), stored({ data: "b" }));
      await store.delete(key("a"));
      assert.equal((await store.load(key("b")))?.data, "b");
    });
  });
}
