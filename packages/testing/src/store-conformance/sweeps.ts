import { assert } from "chai";
import { inPortions, parallel } from "./parallel.ts";
import type { StoreRunner } from "./store-conformance.ts";
import { key, keys, later, stored } from "./stored-session.ts";

/** More than an engine removes in one go without being asked to. */
const MANY = 2_500;

/** Stores whose engine does not drop expired sessions by itself. */
export function storeSweeps({ describe, it }: StoreRunner, hasSubjectIndex: boolean): void {
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

    it("finds nothing where there is nothing", async (store) => {
      assert.equal(await store.sweep(later()), 0);
      await store.create(key("a"), stored({ expiresAt: later() + 1 }));
      assert.equal(await store.sweep(later()), 0);
      assert.isNotNull(await store.load(key("a")));
    });

    it("spares a session that was touched or updated before", async (store) => {
      for (const name of ["touched", "updated", "left"]) await store.create(key(name), stored());
      await store.touch(key("touched"), later() + 1);
      await store.update(key("updated"), stored({ version: 2, expiresAt: later() + 1 }), 1);
      assert.equal(await store.sweep(later()), 1);
      assert.isNull(await store.load(key("left")));
      for (const name of ["touched", "updated"]) assert.isNotNull(await store.load(key(name)), name);
    });

    it(`removes ${MANY} sessions in one call, and none of those between them`, async (...connections) => {
      const [store] = connections;
      await inPortions(MANY + 50, connections, (at, index) =>
        at.create(key(`${index}`), stored({ expiresAt: index % 51 === 0 ? later() + 1 : later() - index })),
      );
      assert.equal(await store.sweep(later()), MANY);
      const names = keys(MANY + 50);
      const left: string[] = [];
      await inPortions(names.length, connections, async (at, index) => {
        if ((await at.load(key(`${index}`))) !== null) left.push(key(`${index}`));
      });
      assert.sameMembers(
        left,
        names.filter((_, index) => index % 51 === 0),
      );
    });

    if (!hasSubjectIndex) return;
    it("SEC-24 takes what it removed out of the subject index", async (store) => {
      await store.create(key("a"), stored({ subject: "eve" }));
      await store.create(key("b"), stored({ subject: "eve", expiresAt: later() + 1 }));
      await store.create(key("c"), stored({ subject: "grace" }));
      await store.sweep(later());
      assert.deepEqual(
        (await store.listBySubject("eve")).map((entry) => entry.key),
        [key("b")],
      );
      assert.deepEqual(await store.listBySubject("grace"), []);
      assert.equal(await store.deleteBySubject("eve"), 1);
      assert.equal(await store.deleteBySubject("grace"), 0);
    });
  });
}

/** The same in several places at once, as a sweep in each process of an application is. */
export function storeSweepRaces({ describe, it }: StoreRunner): void {
  describe("sweep, in several places at once", () => {
    it("counts each session once", async (...connections) => {
      await parallel(100, connections, (at, index) => at.create(key(`${index}`), stored()));
      const counts = await parallel(2, connections, (connection) => connection.sweep(later()));
      assert.equal(
        counts.reduce((total, count) => total + count, 0),
        100,
      );
      assert.equal(await connections[0].sweep(later()), 0);
    });

    it("keeps a session whose touch was answered with true", async (store, peer) => {
      const names = keys(20);
      for (const name of names) await store.create(name, stored());
      const sweeping = peer.sweep(later());
      const touched = await Promise.all(names.map((name) => store.touch(name, later() + 60_000)));
      const removed = await sweeping;
      for (const [index, name] of names.entries()) {
        assert.equal((await store.load(name))?.expiresAt, touched[index] ? later() + 60_000 : undefined);
      }
      assert.equal(removed, touched.filter((isKept) => !isKept).length);
    });
  });
}
