import { assert } from "chai";
import type { Browser } from "../browser.ts";
import { faultyStore, type StoreOperation } from "../faulty-store.ts";
import { type Application, application, read } from "./application.ts";
import { parallel } from "./parallel.ts";
import type { StoreRunner } from "./store-conformance.ts";
import { key, keys, later, stored } from "./stored-session.ts";

/** What a login does with a store, and so where a revocation can come in between. */
const STEPS: readonly StoreOperation[] = ["load", "create", "delete"];

/**
 * "Log out everywhere" while the same user logs in. Either may win: what must not be is a session that lives and is
 * not listed, because no later revocation would find it.
 */
export function storeRevocation({ describe, it }: StoreRunner): void {
  describe("revocation", () => {
    for (const step of STEPS) {
      for (const [before, path] of Object.entries({ "a visitor": "/set?key=cart&value=book", eve: "/login?as=eve" })) {
        it(`SEC-24 leaves no login unlisted that ${before} was making, at its ${step}`, async (store, peer) => {
          const faulty = faultyStore(store);
          const { client } = application(faulty);
          const office = application(peer);
          await client.fetch(path);
          const pause = faulty.pauseNext(step);
          const login = client.fetch("/login?as=eve");
          await pause.reached;
          await office.sessions.revokeAll("eve");
          pause.resume();
          assert.equal((await login).status, 200);
          await assertEndedOrListed([client], office);
        });
      }
    }
  });
}

/** The same with many at once, as far as the engine decides what comes first. */
export function storeRevocationRaces({ describe, it }: StoreRunner): void {
  describe("revocation, with many at once", () => {
    it("SEC-24 leaves no login unlisted of many, with many revocations", async (store, peer) => {
      const processes = [application(store), application(peer)];
      const clients: Browser[] = [];
      await parallel(8, processes, async ({ sessions, visitor }, index) => {
        for (let round = 0; round < 5; round++) {
          const client = visitor();
          clients.push(client);
          assert.equal((await client.fetch("/login?as=eve")).status, 200);
          if (index % 4 === 3) await sessions.revokeAll("eve");
          // Each goes on at a pace of its own, so that a revocation meets the logins of others at every step.
          else for (let reads = index % 4; reads > 0; reads--) await read(client);
        }
      });
      for (const office of processes) await assertEndedOrListed(clients, office);
    });

    it("SEC-24 lists each session that is left, and has counted each that is not", async (...connections) => {
      const [store] = connections;
      const names = keys(60);
      const counts = await parallel(6, connections, async (connection, index) => {
        let count = 0;
        for (let round = 0; round < 10; round++) {
          await connection.create(key(`${10 * index + round}`), stored({ subject: "eve" }));
          if (index % 3 === 2) count += await connection.deleteBySubject("eve");
        }
        return count;
      });
      const alive = await Promise.all(names.map(async (name) => ((await store.load(name)) === null ? [] : [name])));
      const listed = (await store.listBySubject("eve")).map((entry) => entry.key);
      assert.sameMembers(listed, alive.flat());
      assert.equal(sum(counts) + listed.length, names.length, "ended + left");
      assert.equal(await store.deleteBySubject("eve"), listed.length);
      for (const name of names) assert.isNull(await store.load(name));
    });

    it("SEC-24 counts each session once when two end all of a subject", async (...connections) => {
      const [store] = connections;
      await parallel(60, connections, (at, index) => at.create(key(`${index}`), stored({ subject: "eve" })));
      const counts = await parallel(2, connections, (connection) => connection.deleteBySubject("eve"));
      assert.equal(sum(counts), 60);
      assert.deepEqual(await store.listBySubject("eve"), []);
    });

    it("SEC-23 SEC-24 ends sessions for good, with writers and readers under way", async (...connections) => {
      const [store] = connections;
      const names = keys(20);
      for (const name of names) await store.create(name, stored({ subject: "eve" }));
      await Promise.all([
        ...names.map((name) => store.update(name, stored({ subject: "eve", version: 2 }), 1)),
        parallel(2, connections, (connection) => connection.deleteBySubject("eve")),
        ...names.map((name) => connections[1].touch(name, later() + 60_000)),
      ]);
      for (const connection of connections) assert.deepEqual(await connection.listBySubject("eve"), []);
      for (const name of names) assert.isNull(await store.load(name));
    });
  });
}

/** Each client is anonymous, or logged in and listed; and after the next revocation all are anonymous. */
async function assertEndedOrListed(clients: readonly Browser[], { sessions }: Application): Promise<void> {
  const subjects = await Promise.all(clients.map(async (client) => (await read(client))["subject"]));
  const alive = subjects.filter((subject) => subject === "eve").length;
  assert.equal((await sessions.list("eve")).length, alive, "what is listed is what lives");
  assert.equal(await sessions.revokeAll("eve"), alive, "what is ended is what lived");
  for (const client of clients) assert.isUndefined((await read(client))["subject"], "after the next revocation");
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
