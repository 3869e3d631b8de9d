import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { SessionStore, StoredSession, SubjectIndex } from "@coatcheck/core";
import { describe, expect, it } from "vitest";
import {
  durableObjectStore,
  type ObjectStub,
  SessionObject,
  type SessionObjectState,
} from "../../src/durable-object.ts";
import { newPrefix, sessionOf as session, storeKey } from "../support/sessions.ts";

const KEY = storeKey("a");

interface Fixture {
  readonly store: SessionStore & SubjectIndex;
  readonly object: ObjectStub;
  readonly index: ObjectStub;
}

function fixture(): Fixture {
  const prefix = newPrefix();
  const objectNamed = (name: string): ObjectStub => env.SESSION_OBJECTS.get(env.SESSION_OBJECTS.idFromName(name));
  return {
    store: durableObjectStore(env.SESSION_OBJECTS, { prefix }),
    object: objectNamed(prefix + KEY),
    index: objectNamed(`${prefix}/subject/"eve"`),
  };
}

/** The tables and the alarm of an object. An object without either is removed at its shutdown, and costs nothing. */
function storageOf(stub: ObjectStub): Promise<{ tables: number; alarm: number | null }> {
  return runInDurableObject(stub, async (_, { storage }) => ({
    tables: [...storage.sql.exec("SELECT name FROM sqlite_master")].length,
    alarm: await storage.getAlarm(),
  }));
}

const NOTHING = { tables: 0, alarm: null };

describe("the storage of a session in its Durable Object", () => {
  it("SEC-03 stays empty when a missing session is read, changed or ended", async () => {
    const { store, object, index } = fixture();
    expect(await store.load(KEY)).toBeNull();
    expect(await store.update(KEY, session({ version: 2 }), 1)).toBe("gone");
    expect(await store.touch(KEY, session().expiresAt)).toBe(false);
    expect(await store.delete(KEY)).toBe("gone");
    expect(await store.delete(KEY, 1)).toBe("gone");
    expect(await store.listBySubject("eve")).toEqual([]);
    expect(await store.deleteBySubject("eve")).toBe(0);
    expect(await storageOf(object)).toEqual(NOTHING);
    expect(await storageOf(index)).toEqual(NOTHING);
  });

  it("is empty after the session has ended, and so is its index", async () => {
    const { store, object, index } = fixture();
    await store.create(KEY, session({ subject: "eve" }));
    expect((await storageOf(object)).tables).toBeGreaterThan(0);
    expect((await storageOf(index)).tables).toBeGreaterThan(0);
    await store.delete(KEY);
    expect(await storageOf(object)).toEqual(NOTHING);
    expect(await storageOf(index)).toEqual(NOTHING);
  });

  it("is empty after all sessions of a subject have ended", async () => {
    const { store, object, index } = fixture();
    await store.create(KEY, session({ subject: "eve" }));
    await store.deleteBySubject("eve");
    expect(await storageOf(object)).toEqual(NOTHING);
    expect(await storageOf(index)).toEqual(NOTHING);
  });

  it("holds a new session that is created while the old one ends", async () => {
    const { store, object } = fixture();
    await store.create(KEY, session({ data: "first" }));
    const again = session({ data: "second" });
    const [deleted, created] = await Promise.all([store.delete(KEY), store.create(KEY, again)]);
    expect(deleted).toBe("ok");
    expect(created).toBe(true);
    expect(await store.load(KEY)).toEqual(again);
    expect((await storageOf(object)).alarm).toBe(again.expiresAt);
  });
});

describe("the alarm of a session", () => {
  it("is set to the expiry, and is not moved by touches and updates", async () => {
    const { store, object } = fixture();
    const { expiresAt } = session();
    await store.create(KEY, session({ expiresAt }));
    expect((await storageOf(object)).alarm).toBe(expiresAt);
    await store.touch(KEY, expiresAt + 60_000);
    await store.update(KEY, session({ version: 2, expiresAt: expiresAt + 120_000 }), 1);
    expect((await storageOf(object)).alarm).toBe(expiresAt);
  });

  it("is set to a date that Durable Objects accept when the session lives longer", async () => {
    const { store, object } = fixture();
    await store.create(KEY, session({ expiresAt: Date.UTC(2500, 0) }));
    expect((await storageOf(object)).alarm).toBeLessThan(Date.UTC(2100, 0));
    expect(await runDurableObjectAlarm(object)).toBe(true);
    expect(await store.load(KEY)).not.toBeNull();
    expect((await storageOf(object)).alarm).toBeLessThan(Date.UTC(2100, 0));
  });

  it("removes the expired session and its index entry", async () => {
    const { store, object, index } = await fixtureAboutToExpire();
    await expect.poll(() => store.load(KEY), { timeout: 20_000 }).toBeNull();
    await expect.poll(() => storageOf(index), { timeout: 20_000 }).toEqual(NOTHING);
    expect(await storageOf(object)).toEqual(NOTHING);
  });

  it("is set again and keeps the session when its expiry was moved", async () => {
    const { store, object } = fixture();
    const touched = session({ subject: "eve" });
    await store.create(KEY, touched);
    await store.touch(KEY, touched.expiresAt + 60_000);
    expect(await runDurableObjectAlarm(object)).toBe(true);
    expect(await store.load(KEY)).toEqual({ ...touched, expiresAt: touched.expiresAt + 60_000 });
    expect((await storageOf(object)).alarm).toBe(touched.expiresAt + 60_000);
    expect(await store.listBySubject("eve")).toHaveLength(1);
  });

  it("keeps the index entries of other sessions", async () => {
    const { store } = fixture();
    await store.create(storeKey("b"), session({ subject: "eve" }));
    await store.create(KEY, session({ subject: "eve", expiresAt: Date.now() + 100 }));
    await expect.poll(() => store.load(KEY), { timeout: 20_000 }).toBeNull();
    expect(await store.listBySubject("eve")).toMatchObject([{ key: storeKey("b") }]);
  });

  it("frees the storage also in a Worker without a binding to the objects, and with other bindings", async () => {
    const service = new Proxy(
      {},
      {
        has: () => true,
        get: () => () => {
          throw new Error("a service was called");
        },
      },
    );
    const foreign = {
      idFromString() {
        throw new TypeError("the id of another namespace");
      },
    };
    for (const bindings of [undefined, null, {}, { service, foreign, text: "", missing: null, kv: env.SESSIONS }]) {
      const { store, object, index } = fixture();
      await store.create(KEY, session({ subject: "eve" }));
      await runInDurableObject(object, async (_, state) => {
        const found = state.storage.kv.get("session") as { session: StoredSession };
        state.storage.kv.put("session", { ...found, session: { ...found.session, expiresAt: 1 } });
        await new SessionObject(idOf(object, state), bindings).alarm();
      });
      expect(await storageOf(object)).toEqual(NOTHING);
      // The object could not reach the index. The next read removes the entry.
      expect((await storageOf(index)).tables).toBeGreaterThan(0);
      expect(await store.listBySubject("eve")).toEqual([]);
    }
  });
});

/** A session that was seen before it expires. A busy machine may need more than half a second. */
async function fixtureAboutToExpire(): Promise<Fixture> {
  for (const lifetime of [500, 5_000]) {
    const attempt = fixture();
    await attempt.store.create(KEY, session({ expiresAt: Date.now() + lifetime, subject: "eve" }));
    if ((await attempt.store.load(KEY)) !== null) return attempt;
  }
  throw new Error("the session ends before it expires");
}

function idOf(object: ObjectStub, { storage }: Pick<SessionObjectState, "storage">): SessionObjectState {
  return { storage, id: (object as unknown as { id: SessionObjectState["id"] }).id };
}
