import { assert } from "chai";
import { inBatches, parallel } from "./parallel.ts";
import type { StoreRunner } from "./store-runner.ts";
import { key, keys, later, stored } from "./stored-session.ts";

/** More than a batch, a page or a default limit of an engine, which is often 1,000. */
const EXPIRED = 1_020;
/** Live sessions, spread evenly among the expired ones. */
const LIVE = 20;

/** Stores with a sweeper, for engines that do not remove expired sessions by themselves. */
export function sweepTests({ describe, it }: StoreRunner): void {
  describe("sweep", () => {
    it("removes expired sessions and no others", async (store) => {
      const at = later();
      await store.create(key("past"), stored({ expiresAt: at - 1, subject: "eve" }));
      await store.create(key("now"), stored({ expiresAt: at }));
      await store.create(key("later"), stored({ expiresAt: at + 1 }));
      assert.equal(await store.sweep(at), 2);
      assert.isNull(await store.load(key("past")));
      assert.isNotNull(await store.load(key("later")));
      assert.equal(await store.sweep(at), 0);
    });

    it("removes nothing when no session has expired", async (store) => {
      assert.equal(await store.sweep(later()), 0);
      await store.create(key("a"), stored({ expiresAt: later() + 1 }));
      assert.equal(await store.sweep(later()), 0);
      assert.isNotNull(await store.load(key("a")));
    });

    it("keeps sessions whose expiry was moved by a touch or an update", async (store) => {
      for (const name of ["touched", "updated", "expired"]) await store.create(key(name), stored());
      await store.touch(key("touched"), later() + 1);
      await store.update(key("updated"), stored({ version: 2, expiresAt: later() + 1 }), 1);
      assert.equal(await store.sweep(later()), 1);
      assert.isNull(await store.load(key("expired")));
      for (const name of ["touched", "updated"]) assert.isNotNull(await store.load(key(name)), name);
    });

    it(`removes ${EXPIRED} expired sessions in one call and keeps the live ones among them`, async (...connections) => {
      const [store] = connections;
      const names = keys(EXPIRED + LIVE);
      const isLive = (index: number): boolean => index % (names.length / LIVE) === 0;
      await inBatches(names.length, connections, (at, index) =>
        at.create(key(`${index}`), stored({ expiresAt: isLive(index) ? later() + 1 : later() - index })),
      );
      assert.equal(await store.sweep(later()), EXPIRED);
      assert.equal(await store.sweep(later()), 0, "a second sweep");
      // All live sessions, and a tenth of the others.
      const sample = names.filter((_, index) => isLive(index) || index % 10 === 9);
      const found = await Promise.all(sample.map(async (name) => ((await store.load(name)) === null ? [] : [name])));
      assert.deepEqual(
        found.flat(),
        names.filter((_, index) => isLive(index)),
      );
    });
  });
}

/** Stores with a sweeper and a subject index. */
export function indexSweepTests({ describe, it }: StoreRunner): void {
  describe("sweep and the subject index", () => {
    it("SEC-24 removes swept sessions from the subject index", async (store) => {
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

/** Sweeps at the same time as other requests, as when every process of an application sweeps. */
export function sweepRaceTests({ describe, it }: StoreRunner): void {
  describe("parallel sweeps", () => {
    it("counts each session once when two sweeps run at once", async (...connections) => {
      await parallel(100, connections, (at, index) => at.create(key(`${index}`), stored()));
      const counts = await parallel(2, connections, (connection) => connection.sweep(later()));
      assert.equal(
        counts.reduce((total, count) => total + count, 0),
        100,
      );
      assert.equal(await connections[0].sweep(later()), 0);
    });

    it("keeps every session whose touch answered true during a sweep", async (store, peer) => {
      const names = keys(20);
      await Promise.all(names.map((name) => store.create(name, stored())));
      const sweeping = peer.sweep(later());
      const touched = await Promise.all(names.map((name) => store.touch(name, later() + 60_000)));
      const removed = await sweeping;
      const left = await Promise.all(names.map((name) => store.load(name)));
      assert.deepEqual(
        left.map((session) => session?.expiresAt),
        touched.map((isTouched) => (isTouched ? later() + 60_000 : undefined)),
      );
      assert.equal(removed, touched.filter((isTouched) => !isTouched).length);
    });
  });
}
