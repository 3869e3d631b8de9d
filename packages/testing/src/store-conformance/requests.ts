import type { SessionStore } from "@coatcheck/core";
import { assert } from "chai";
import { faultyStore } from "../faulty-store.ts";
import { application, read } from "./application.ts";
import type { StoreRunner } from "./store-runner.ts";
import { stored } from "./stored-session.ts";

/** Whole requests of an application that uses the store. */
export function requestTests({ describe, it }: StoreRunner): void {
  describe("requests", () => {
    it("keeps a session from login to logout", async (store) => {
      const { client } = application(store);
      await client.fetch("/set?key=cart&value=book");
      await client.fetch("/login?as=eve");
      assert.deepEqual(await read(client), { cart: "book", subject: "eve" });
      await client.fetch("/logout");
      assert.deepEqual(await read(client), {});
    });

    it("SEC-22 SEC-23 ends a session at logout while another request is writing to it", async (store) => {
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

    it("SEC-01 chooses another id when one already exists, and leaves that session alone", async (store) => {
      const taken: string[] = [];
      const { client } = application(withCollisions(store, 1, taken));
      await client.fetch("/set?key=cart&value=book");
      assert.deepEqual(await read(client), { cart: "book" });
      assert.deepEqual(await Promise.all(taken.map((key) => store.load(key))), [ANOTHER_USERS]);
    });

    it("SEC-01 fails the request when every id already exists", async (store) => {
      const { client } = application(withCollisions(store, Number.POSITIVE_INFINITY));
      assert.equal(await (await client.fetch("/set?key=cart&value=book")).text(), "ID_COLLISION");
      assert.equal(await client.cookieHeader(), "");
    });
  });
}

const ANOTHER_USERS = stored({ data: '{"d":{"cart":"of another user"}}' });

/** Makes the first ids collide: another session exists under each of them. Their keys are added to `taken`. */
function withCollisions(store: SessionStore, count: number, taken: string[] = []): SessionStore {
  return {
    traits: store.traits,
    load: (key) => store.load(key),
    async create(key, session) {
      if (taken.length < count) {
        taken.push(key);
        await store.create(key, ANOTHER_USERS);
      }
      return store.create(key, session);
    },
    update: (key, session, version) => store.update(key, session, version),
    touch: (key, expiresAt) => store.touch(key, expiresAt),
    delete: (key, version) => store.delete(key, version),
  };
}
