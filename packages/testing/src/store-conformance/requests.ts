import type { SessionStore } from "@coatcheck/core";
import { assert } from "chai";
import { type Fault, faultyStore, type StoreOperation } from "../faulty-store.ts";
import { application, read } from "./application.ts";
import type { StoreRunner } from "./store-conformance.ts";
import { stored } from "./stored-session.ts";

/** The faults a store operation is put through, each with how the path to a store looks then. */
const FAULTS: readonly Fault[] = ["throw-before", "throw-after", "hang"];

/** Whole requests over the store: what a visitor sees when things go well, meet, and break. */
export function storeSessions({ describe, it }: StoreRunner): void {
  describe("requests", () => {
    it("keeps a session from login to logout", async (store) => {
      const { client } = application(store);
      await client.fetch("/set?key=cart&value=book");
      await client.fetch("/login?as=eve");
      assert.deepEqual(await read(client), { cart: "book", subject: "eve" });
      await client.fetch("/logout");
      assert.deepEqual(await read(client), {});
    });

    it("SEC-22 SEC-23 lets a logout win over a writer that was under way", async (store) => {
      const faulty = faultyStore(store);
      const { client } = application(faulty);
      await client.fetch("/login?as=eve");
      const stolen = await client.clone();
      const pause = faulty.pauseNext("update");
      const slow = client.fetch("/set?key=cart&value=book");
      await pause.reached;
      await client.fetch("/logout");
      pause.resume();
      assert.deepEqual((await slow).headers.getSetCookie(), []);
      assert.deepEqual(await read(stolen), {});
    });

    it("SEC-01 draws another id when one is taken, and leaves the taken one alone", async (store) => {
      const taken: string[] = [];
      const { client } = application(withCollisions(store, 1, taken));
      await client.fetch("/set?key=cart&value=book");
      assert.deepEqual(await read(client), { cart: "book" });
      assert.deepEqual(await Promise.all(taken.map((key) => store.load(key))), [SOMEBODY_ELSES]);
    });

    it("SEC-01 gives up, and says so, when every id is taken", async (store) => {
      const { client } = application(withCollisions(store, Number.POSITIVE_INFINITY));
      assert.equal(await (await client.fetch("/set?key=cart&value=book")).text(), "ID_COLLISION");
      assert.equal(await client.cookieHeader(), "");
    });
  });

  describe("faults", () => {
    for (const fault of FAULTS) {
      for (const { operation, path } of REQUESTS) {
        it(`SEC-42 fails the request when ${operation} meets ${fault}, and not the next one`, async (store) => {
          const faulty = faultyStore(store);
          const { client } = application(faulty);
          await client.fetch("/set?key=cart&value=book");
          const target = operation === "create" ? application(faulty).client : client;
          faulty.failNext(operation, fault);

          const response = await target.fetch(`${path}&impatient`);
          assert.equal(await response.text(), "STORE_FAILED");
          assert.deepEqual(response.headers.getSetCookie(), []);

          assert.equal((await target.fetch(path)).status, 200);
        });
      }
    }
  });
}

const REQUESTS: readonly { readonly operation: StoreOperation; readonly path: string }[] = [
  { operation: "load", path: "/read?" },
  { operation: "create", path: "/set?key=cart&value=book" },
  { operation: "update", path: "/set?key=cart&value=pen" },
  { operation: "delete", path: "/logout?" },
];

const SOMEBODY_ELSES = stored({ data: '{"d":{"cart":"of somebody else"}}' });

/** Sees to it that the first ids exist before they are used, and keeps their keys in `taken`. */
function withCollisions(store: SessionStore, count: number, taken: string[] = []): SessionStore {
  return {
    traits: store.traits,
    load: (key) => store.load(key),
    async create(key, session) {
      if (taken.length < count) {
        taken.push(key);
        await store.create(key, SOMEBODY_ELSES);
      }
      return store.create(key, session);
    },
    update: (key, session, version) => store.update(key, session, version),
    touch: (key, expiresAt) => store.touch(key, expiresAt),
    delete: (key, version) => store.delete(key, version),
  };
}
