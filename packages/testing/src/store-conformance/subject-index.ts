import { assert } from "chai";
import { codeOf } from "./keys.ts";
import { inBatches, parallel } from "./parallel.ts";
import type { FullStore, StoreRunner } from "./store-runner.ts";
import { key, keys, stored } from "./stored-session.ts";

/** Different subjects that some engine equates: by collation, pattern, escape, length or Unicode normalization. */
const SUBJECTS: readonly string[] = [
  ...["eve", "eve2", "ev", "Eve", "EVE", " eve", "eve ", "eve\t", "eve\n", "\u00eave"],
  // "é" as one character, and as an "e" with a combining accent.
  ...["\u00e9ve", "e\u0301ve"],
  ...["eve%", "*", "%", "_ve", "a:b", "a", "a/b", "..", "'; drop table sessions; --", "123", "123.0", "null"],
  ...["__proto__", "constructor", "toString", "\ud83e\udde5", "\ud83e\udde6"],
  ...[`${"x".repeat(254)}1`, `${"x".repeat(254)}2`, `${"x".repeat(299)}1`, `${"x".repeat(299)}2`],
];

/** More than a page, a batch or a default limit. */
const MANY = 120;

/** Stores that find the sessions of a subject. */
export function subjectIndexTests({ describe, it }: StoreRunner): void {
  describe("subject index", () => {
    it("SEC-24 lists the sessions of one subject only", async (store) => {
      const session = stored({ subject: "eve", authenticatedAt: stored().createdAt });
      await store.create(key("a"), session);
      await store.create(key("b"), session);
      await store.create(key("c"), stored({ subject: "grace" }));
      await store.create(key("d"), stored());
      assert.sameDeepMembers(
        [...(await store.listBySubject("eve"))],
        [
          { key: key("a"), session },
          { key: key("b"), session },
        ],
      );
      assert.deepEqual(await store.listBySubject("unknown"), []);
    });

    it("SEC-24 ends all sessions of a subject except one", async (store) => {
      for (const name of ["a", "b", "c"]) await store.create(key(name), stored({ subject: "eve" }));
      await store.create(key("d"), stored({ subject: "grace" }));
      assert.equal(await store.deleteBySubject("eve", key("b")), 2);
      assert.isNull(await store.load(key("a")));
      assert.isNotNull(await store.load(key("b")));
      assert.isNotNull(await store.load(key("d")));
      assert.deepEqual(await listed(store, "eve"), [key("b")]);
      assert.equal(await store.deleteBySubject("eve"), 1);
    });

    it("SEC-24 rejects an exception that is not a key, or ends all sessions", async (store) => {
      for (const except of ["", "*", "%", key("a").slice(0, -1), `${key("a")} `]) {
        await store.create(key("a"), stored({ subject: "eve" }));
        const answer = await codeOf(() => store.deleteBySubject("eve", except));
        assert.include(["accepted", "INVALID_OPTION"], answer);
        assert.equal((await store.load(key("a"))) === null, answer === "accepted", JSON.stringify(except));
        await store.deleteBySubject("eve");
      }
    });

    it("SEC-24 keeps similar subjects apart", async (store) => {
      const everySubject = <Result>(body: (subject: string, index: number) => Promise<Result>) =>
        parallel(SUBJECTS.length, [store], (_, index) => body(SUBJECTS[index] ?? "", index));
      await everySubject((subject, index) => store.create(key(`${index}`), stored({ subject })));
      await everySubject(async (subject, index) => {
        assert.deepEqual(await listed(store, subject), [key(`${index}`)], JSON.stringify(subject));
        assert.equal((await store.load(key(`${index}`)))?.subject, subject);
      });
      // Every other subject first, so that a subject that ends the sessions of its neighbor is noticed.
      for (const remainder of [0, 1]) {
        await everySubject(async (subject, index) => {
          if (index % 2 !== remainder) return;
          assert.equal(await store.deleteBySubject(subject), 1, JSON.stringify(subject));
        });
        await everySubject(async (subject, index) => {
          const isEnded = (await store.load(key(`${index}`))) === null;
          assert.equal(isEnded, index % 2 <= remainder, JSON.stringify(subject));
        });
      }
    });

    it("SEC-24 finds sessions without a subject under no subject", async (store) => {
      await store.create(key("a"), stored());
      await store.create(key("b"), stored({ subject: "eve" }));
      for (const subject of ["", "undefined", "null"]) {
        assert.deepEqual(await store.listBySubject(subject), [], JSON.stringify(subject));
        assert.equal(await store.deleteBySubject(subject), 0, JSON.stringify(subject));
      }
      for (const name of ["a", "b"]) assert.isNotNull(await store.load(key(name)));
    });

    it("removes an ended session from the index", async (store) => {
      await store.create(key("a"), stored({ subject: "eve" }));
      await store.update(key("a"), stored({ subject: "eve", version: 2 }), 1);
      await store.delete(key("a"));
      assert.deepEqual(await store.listBySubject("eve"), []);
      assert.equal(await store.deleteBySubject("eve"), 0);
    });

    it("lists an updated and touched session once, in its latest state", async (store) => {
      await store.create(key("a"), stored({ subject: "eve" }));
      const next = stored({ subject: "eve", data: "2nd", version: 2 });
      await store.update(key("a"), next, 1);
      await store.touch(key("a"), next.expiresAt + 60_000);
      const session = { ...next, expiresAt: next.expiresAt + 60_000 };
      assert.deepEqual(await store.listBySubject("eve"), [{ key: key("a"), session }]);
    });

    it("SEC-24 ignores an old index entry when its key belongs to another subject now", async (store) => {
      await store.create(key("a"), stored({ subject: "eve" }));
      await store.delete(key("a"));
      await store.create(key("b"), stored({ subject: "eve" }));
      assert.deepEqual(await listed(store, "eve"), [key("b")]);
      // The core never uses a key twice. This simulates an entry that the index did not remove.
      await store.create(key("a"), stored({ subject: "grace" }));
      await store.create(key("c"), stored({ subject: "eve" }));
      await store.delete(key("c"), 1);
      await store.create(key("c"), stored());
      assert.deepEqual(await listed(store, "eve"), [key("b")]);
      assert.deepEqual(await listed(store, "grace"), [key("a")]);
      assert.equal(await store.deleteBySubject("eve"), 1);
      for (const name of ["a", "c"]) assert.isNotNull(await store.load(key(name)));
      await store.create(key("b"), stored({ subject: "eve" }));
      assert.deepEqual(await listed(store, "eve"), [key("b")]);
    });

    it(`SEC-24 lists and ends ${MANY} sessions of one subject`, async (...connections) => {
      const [store] = connections;
      await inBatches(MANY, connections, (at, index) => at.create(key(`${index}`), stored({ subject: "eve" })));
      assert.sameMembers(await listed(store, "eve"), keys(MANY));
      assert.equal(await store.deleteBySubject("eve", key("7")), MANY - 1);
      assert.deepEqual(await listed(store, "eve"), [key("7")]);
      const left = await Promise.all(keys(MANY).map(async (name) => (await store.load(name)) !== null));
      assert.equal(left.filter(Boolean).length, 1);
    });

    it("SEC-24 lists and ends the sessions that another connection created", async (store, peer) => {
      if (store.traits.consistency === "eventual") return;
      assert.deepEqual(await peer.listBySubject("eve"), []);
      await store.create(key("a"), stored({ subject: "eve" }));
      await peer.create(key("b"), stored({ subject: "eve" }));
      assert.sameMembers(await listed(store, "eve"), [key("a"), key("b")]);
      assert.sameMembers(await listed(peer, "eve"), [key("a"), key("b")]);
      assert.equal(await peer.deleteBySubject("eve"), 2);
      assert.isNull(await store.load(key("a")));
      assert.deepEqual(await listed(store, "eve"), []);
    });
  });
}

async function listed(store: FullStore, subject: string): Promise<string[]> {
  return (await store.listBySubject(subject)).map((entry) => entry.key);
}
