import { assert } from "chai";
import type { StoreRunner } from "./store-conformance.ts";
import { key, later, stored } from "./stored-session.ts";

/** Stores that find the sessions of a subject. */
export function storeSubjects({ describe, it }: StoreRunner): void {
  describe("subject index", () => {
    it("SEC-24 lists the sessions of a subject, and of no other", async (store) => {
      await store.create(key("a"), stored({ subject: "eve" }));
      await store.create(key("b"), stored({ subject: "eve" }));
      await store.create(key("c"), stored({ subject: "grace" }));
      await store.create(key("d"), stored());
      const found = await store.listBySubject("eve");
      assert.sameMembers(
        found.map((entry) => entry.key),
        [key("a"), key("b")],
      );
      assert.deepEqual(await store.listBySubject("nobody"), []);
    });

    it("SEC-24 ends all sessions of a subject but one", async (store) => {
      for (const name of ["a", "b", "c"]) await store.create(key(name), stored({ subject: "eve" }));
      await store.create(key("d"), stored({ subject: "grace" }));
      assert.equal(await store.deleteBySubject("eve", key("b")), 2);
      assert.isNull(await store.load(key("a")));
      assert.isNotNull(await store.load(key("b")));
      assert.isNotNull(await store.load(key("d")));
      assert.deepEqual(
        (await store.listBySubject("eve")).map((entry) => entry.key),
        [key("b")],
      );
      assert.equal(await store.deleteBySubject("eve"), 1);
    });

    it("SEC-24 ends the sessions of that very subject, not of one whose name begins like it", async (store) => {
      const subjects = ["eve", "eve2", "Eve", "ev", " eve", "eve%", "*"];
      for (const [index, subject] of subjects.entries()) await store.create(key(`${index}`), stored({ subject }));
      assert.equal(await store.deleteBySubject("eve"), 1);
      assert.isNull(await store.load(key("0")));
      for (const index of subjects.keys()) if (index > 0) assert.isNotNull(await store.load(key(`${index}`)));
    });

    it("forgets a session that ended", async (store) => {
      await store.create(key("a"), stored({ subject: "eve" }));
      await store.update(key("a"), stored({ subject: "eve", version: 2 }), 1);
      await store.delete(key("a"));
      assert.deepEqual(await store.listBySubject("eve"), []);
    });

    it("takes any subject as it is", async (store) => {
      const subjects = [
        "__proto__",
        "constructor",
        "a:b",
        "a",
        "eve",
        "eve2",
        "Eve",
        " eve",
        "%",
        "*",
        "'; drop table sessions; --",
        "\ud83e\udde5",
      ];
      for (const [index, subject] of subjects.entries()) await store.create(key(`${index}`), stored({ subject }));
      for (const [index, subject] of subjects.entries()) {
        assert.deepEqual(
          (await store.listBySubject(subject)).map((entry) => entry.key),
          [key(`${index}`)],
        );
      }
    });
  });
}

/** Stores whose engine does not drop expired sessions by itself. */
export function storeSweeps({ describe, it }: StoreRunner): void {
  describe("sweep", () => {
    it("removes what has expired, and nothing else", async (store) => {
      const at = later();
      await store.create(key("past"), stored({ expiresAt: at - 1, subject: "eve" }));
      await store.create(key("now"), stored({ expiresAt: at }));
      await store.create(key("later"), stored({ expiresAt: at + 1 }));
      assert.equal(await store.sweep(at), 2);
      assert.isNull(await store.load(key("past")));
      assert.isNotNull(await store.load(key("later")));
      assert.equal(await store.sweep(at), 0);
    });
  });
}
