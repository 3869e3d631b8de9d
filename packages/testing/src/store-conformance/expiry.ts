import type { SessionStore, StoredSession } from "@coatcheck/core";
import { assert } from "chai";
import type { StoreRunner } from "./store-runner.ts";
import { key, later, stored } from "./stored-session.ts";

/** Expired sessions. The engine may still have them or may have removed them, but must not mix the two. */
export function expiryTests({ describe, it }: StoreRunner): void {
  describe("expiry", () => {
    // This happens when the application's clock is behind the engine's, or when an absolute timeout was shortened.
    it("accepts a session that has already expired, and returns it whole or not at all", async (store) => {
      const session = expired();
      assert.isTrue(await store.create(key("a"), session));
      const found = await store.load(key("a"));
      if (found !== null) assert.deepEqual(found, session);
    });

    it("touches an expired session or reports it gone", async (store) => {
      const session = expired();
      await store.create(key("a"), session);
      const isTouched = await store.touch(key("a"), later());
      assert.deepEqual(await store.load(key("a")), isTouched ? { ...session, expiresAt: later() } : null);
    });

    it("updates an expired session or reports it gone", async (store) => {
      await store.create(key("a"), expired());
      const next = stored({ data: "2nd", version: 2 });
      const result = await store.update(key("a"), next, 1);
      assert.include(["ok", "gone"], result);
      assert.deepEqual(await store.load(key("a")), result === "ok" ? next : null);
    });

    it("accepts an update that has already expired, and returns it whole or not at all", async (store) => {
      await store.create(key("a"), stored());
      const next = { ...expired(), version: 2 };
      assert.equal(await store.update(key("a"), next, 1), "ok");
      const found = await store.load(key("a"));
      if (found !== null) assert.deepEqual(found, next);
    });
  });
}

/** Engines that remove expired sessions by themselves, at most `within` seconds after the expiry. */
export function engineExpiryTests({ describe, it }: StoreRunner, within: number): void {
  describe("expiry in the engine", () => {
    it("SEC-23 ends an expired session for good", async (store) => {
      const expiresAt = Date.now() + 200;
      await store.create(key("a"), stored({ expiresAt }));
      await untilRemoved(store, key("a"), expiresAt, within);
      assert.isFalse(await store.touch(key("a"), later()));
      assert.equal(await store.update(key("a"), stored({ version: 2 }), 1), "gone");
      assert.equal(await store.delete(key("a")), "gone");
      assert.isNull(await store.load(key("a")));
    });

    it("keeps sessions whose expiry was moved or lies ahead", async (store) => {
      const { named, expiresAt } = await beforeExpiry(async (named, expiresAt) => {
        const session = stored({ expiresAt });
        await Promise.all([
          store.create(named("touched"), session),
          store.create(named("updated"), session),
          store.create(named("live"), stored()),
        ]);
        return moveExpiry(store, named, {});
      });
      // Removed at the same time as the others would be.
      await store.create(named("neighbor"), stored({ expiresAt }));
      await untilRemoved(store, named("neighbor"), expiresAt, within);
      assert.deepEqual(await store.load(named("touched")), stored(), "touched");
      assert.deepEqual(await store.load(named("updated")), stored({ version: 2 }), "updated");
      assert.deepEqual(await store.load(named("live")), stored(), "live");
    });
  });
}

/** The same, with a subject index. An entry must not expire with the first or the last session of its subject. */
export function indexExpiryTests({ describe, it }: StoreRunner, within: number): void {
  describe("expiry of index entries in the engine", () => {
    it("SEC-24 lists the live sessions of a subject and no expired ones", async (store) => {
      const { named, expiresAt } = await beforeExpiry(async (named, expiresAt) => {
        const add = (name: string, subject: string, at: number) =>
          store.create(named(name), stored({ subject: named(subject), expiresAt: at }));
        await Promise.all([add("touched", "eve", expiresAt), add("updated", "grace", expiresAt)]);
        await Promise.all([add("first", "ada", expiresAt), add("live-2", "mary", later())]);
        await Promise.all([add("live-1", "ada", later()), add("last", "mary", expiresAt)]);
        return moveExpiry(store, named, { subject: named("grace") });
      });
      for (const name of ["first", "last"]) await untilRemoved(store, named(name), expiresAt, within);
      const live = { eve: "touched", grace: "updated", ada: "live-1", mary: "live-2" };
      for (const [subject, name] of Object.entries(live)) {
        const listed = (await store.listBySubject(named(subject))).map((entry) => entry.key);
        assert.deepEqual(listed, [named(name)], subject);
        assert.equal(await store.deleteBySubject(named(subject)), 1, subject);
      }
    });
  });
}

function expired(): StoredSession {
  return stored({ expiresAt: Date.now() - 1_000 });
}

/** Makes a name that no other attempt uses. */
type Named = (name: string) => string;

/** Seconds until the expiry, one attempt after another. */
const LIFETIMES: readonly number[] = [0.5, 2, 8];

/**
 * Prepares sessions that are about to expire. On a busy machine or with a slow store they may expire too early.
 * `prepare` then returns `false`, and the next attempt gives them more time.
 */
async function beforeExpiry(
  prepare: (named: Named, expiresAt: number) => Promise<boolean>,
): Promise<{ readonly named: Named; readonly expiresAt: number }> {
  for (const [attempt, seconds] of LIFETIMES.entries()) {
    const named: Named = (name) => key(`${attempt}-${name}`);
    const expiresAt = Date.now() + seconds * 1_000;
    if (await prepare(named, expiresAt)) return { named, expiresAt };
  }
  throw new Error("the store loses sessions before they expire");
}

/** Touches one session and updates another. Returns `false` when one of them has already expired. */
async function moveExpiry(store: SessionStore, named: Named, differences: Partial<StoredSession>): Promise<boolean> {
  const isTouched = await store.touch(named("touched"), later());
  const result = await store.update(named("updated"), stored({ ...differences, version: 2 }), 1);
  return isTouched && result === "ok";
}

/** Seconds that a removal may be late, on a busy machine. */
const GRACE = 1;

async function untilRemoved(store: SessionStore, name: string, expiresAt: number, within: number): Promise<void> {
  while ((await store.load(name)) !== null) {
    const seconds = (Date.now() - expiresAt) / 1_000;
    assert.isAtMost(seconds, within + GRACE, `the engine removes a session within ${within} s of its expiry`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
