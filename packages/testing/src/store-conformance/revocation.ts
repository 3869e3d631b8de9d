import { assert } from "chai";
import type { Browser } from "../browser.ts";
import { faultyStore, type StoreOperation } from "../faulty-store.ts";
import { type Application, application, read } from "./application.ts";
import { parallel } from "./parallel.ts";
import type { StoreRunner } from "./store-runner.ts";
import { key, keys, later, stored } from "./stored-session.ts";

/** The operations of a login. A revocation may come before each of them. */
const STEPS: readonly StoreOperation[] = ["load", "create", "delete"];

/** The first request of a visitor who then logs in. */
const VISITORS: Readonly<Record<string, string>> = {
  "an anonymous visitor": "/set?key=cart&value=book",
  "a logged-in user": "/login?as=eve",
};

/**
 * "Log out everywhere" while the same user logs in. Either may win, but a session that lives must be listed, because no
 * later revocation would find it otherwise.
 */
export function revocationTests({ describe, it }: StoreRunner): void {
  describe("revocation", () => {
    for (const step of STEPS) {
      for (const [who, path] of Object.entries(VISITORS)) {
        it(`SEC-24 ends or lists the login of ${who} when a revocation precedes its ${step}`, async (store, peer) => {
          const faulty = faultyStore(store);
          const { client } = application(faulty);
          const other = application(peer);
          await client.fetch(path);
          const pause = faulty.pauseNext(step);
          const login = client.fetch("/login?as=eve");
          await pause.reached;
          await other.sessions.revokeAll("eve");
          pause.resume();
          assert.equal((await login).status, 200);
          await assertEndedOrListed([client], other);
        });
      }
    }
  });
}

/** The same with many logins and revocations at once. */
export function revocationRaceTests({ describe, it }: StoreRunner): void {
  describe("parallel revocations", () => {
    it("SEC-24 ends or lists every one of many logins during many revocations", async (store, peer) => {
      const servers = [application(store), application(peer)];
      const clients: Browser[] = [];
      await parallel(8, servers, async ({ sessions, newClient }, index) => {
        for (let round = 0; round < 5; round++) {
          const client = newClient();
          clients.push(client);
          assert.equal((await client.fetch("/login?as=eve")).status, 200);
          if (index % 4 === 3) await sessions.revokeAll("eve");
          // Different paces, so that a revocation meets the other logins at every step.
          else for (let reads = index % 4; reads > 0; reads--) await read(client);
        }
      });
      for (const server of servers) await assertEndedOrListed(clients, server);
    });

    it("SEC-24 lists every live session and counts every ended one", async (...connections) => {
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
      assert.equal(sum(counts) + listed.length, names.length, "ended + live");
      assert.equal(await store.deleteBySubject("eve"), listed.length);
      assert.deepEqual(new Set(await Promise.all(names.map((name) => store.load(name)))), new Set([null]));
    });

    it("SEC-24 counts each session once when two revocations run at once", async (...connections) => {
      const [store] = connections;
      await parallel(60, connections, (at, index) => at.create(key(`${index}`), stored({ subject: "eve" })));
      const counts = await parallel(2, connections, (connection) => connection.deleteBySubject("eve"));
      assert.equal(sum(counts), 60);
      assert.deepEqual(await store.listBySubject("eve"), []);
    });

    it("SEC-23 SEC-24 ends sessions for good during updates and touches", async (...connections) => {
      const [store, peer] = connections;
      const names = keys(20);
      await Promise.all(names.map((name) => store.create(name, stored({ subject: "eve" }))));
      await Promise.all([
        ...names.map((name) => store.update(name, stored({ subject: "eve", version: 2 }), 1)),
        parallel(2, connections, (connection) => connection.deleteBySubject("eve")),
        ...names.map((name) => peer.touch(name, later() + 60_000)),
      ]);
      for (const connection of connections) assert.deepEqual(await connection.listBySubject("eve"), []);
      assert.deepEqual(new Set(await Promise.all(names.map((name) => store.load(name)))), new Set([null]));
    });
  });
}

/** Every client is anonymous, or logged in and listed. After the next revocation all are anonymous. */
async function assertEndedOrListed(clients: readonly Browser[], { sessions }: Application): Promise<void> {
  const subjects = await subjectsOf(clients);
  const alive = subjects.filter((subject) => subject === "eve").length;
  assert.equal((await sessions.list("eve")).length, alive, "listed sessions");
  assert.equal(await sessions.revokeAll("eve"), alive, "ended sessions");
  assert.deepEqual(new Set(await subjectsOf(clients)), new Set([undefined]), "subjects after the next revocation");
}

function subjectsOf(clients: readonly Browser[]): Promise<unknown[]> {
  return Promise.all(clients.map(async (client) => (await read(client))["subject"]));
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
