import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { SessionStore, StoredSession, SubjectIndex } from "@coatcheck/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { durableObjectStore } from "../../src/durable-object.ts";
import { storeKey as key, newPrefix, sessionOf } from "../support/sessions.ts";
import { type PausableNamespace, pausable } from "./pausable-namespace.ts";

const session = (differences?: Partial<StoredSession>): StoredSession => sessionOf({ subject: "eve", ...differences });

interface Fixture {
  readonly namespace: PausableNamespace;
  readonly store: SessionStore & SubjectIndex;
  /** The same sessions as another worker sees them. */
  readonly other: SessionStore & SubjectIndex;
  /** How many entries the index of eve has, whether or not there is a session. */
  readonly countEntries: () => Promise<number>;
}

function fixture(): Fixture {
  const prefix = newPrefix();
  const namespace = pausable(env.SESSION_OBJECTS);
  return {
    namespace,
    store: durableObjectStore(namespace, { prefix }),
    other: durableObjectStore(env.SESSION_OBJECTS, { prefix }),
    countEntries() {
      const index = env.SESSION_OBJECTS.get(env.SESSION_OBJECTS.idFromName(`${prefix}/subject/"eve"`));
      return runInDurableObject(index, (_, { storage }) => [...storage.kv.list({ prefix: "" })].length);
    },
  };
}

const keysOf = async (store: SubjectIndex): Promise<string[]> =>
  (await store.listBySubject("eve")).map((entry) => entry.key).sort();

/** Sees that the next revocation finds the session of eve, and ends it. */
async function expectListedAndEnded(store: SessionStore & SubjectIndex): Promise<void> {
  expect(await keysOf(store)).toEqual([key("a")]);
  expect(await store.deleteBySubject("eve")).toBe(1);
  expect(await store.load(key("a"))).toBeNull();
}

/** Only the clock: the objects of the tests share it with them. */
function waitMinutes(minutes: number): void {
  const at = Date.now() + minutes * 60_000;
  vi.useFakeTimers({ toFake: ["Date"], now: at });
}

afterEach(() => {
  vi.useRealTimers();
});

describe("the index of a subject", () => {
  it("SEC-24 leaves a login that has not yet been entered complete and listed", async () => {
    const { namespace, store, other } = fixture();
    const pause = namespace.pauseNext("enter");
    const login = store.create(key("a"), session());
    await pause.reached;
    expect(await other.deleteBySubject("eve")).toBe(0);
    pause.resume();
    expect(await login).toBe(true);
    await expectListedAndEnded(other);
  });

  it("SEC-24 leaves a login between its entry and its session complete and listed, whatever was healed", async () => {
    const { namespace, store, other } = fixture();
    const pause = namespace.pauseNext("create");
    const login = store.create(key("a"), session());
    await pause.reached;
    expect(await other.load(key("a"))).toBeNull();
    expect(await keysOf(other)).toEqual([]);
    expect(await other.deleteBySubject("eve")).toBe(0);
    pause.resume();
    expect(await login).toBe(true);
    await expectListedAndEnded(other);
  });

  it("SEC-24 ends every session that could be loaded before, with 20 logins under way", async () => {
    const { store, other } = fixture();
    const names = Array.from({ length: 20 }, (_, index) => key(`${index}`));
    const logins = names.map((name) => store.create(name, session()));
    await Promise.race(logins);
    const visible = [];
    for (const name of names) if ((await other.load(name)) !== null) visible.push(name);
    const ended = await other.deleteBySubject("eve");
    expect(visible.length).toBeGreaterThan(0);
    expect(ended).toBeGreaterThanOrEqual(visible.length);
    for (const name of visible) expect(await other.load(name)).toBeNull();
    await Promise.all(logins);
    const left = await Promise.all(names.map((name) => other.load(name)));
    expect(left.filter((found) => found !== null)).toHaveLength(20 - ended);
    expect(await keysOf(other)).toHaveLength(20 - ended);
  });

  it("counts each session once when two end all sessions at once", async () => {
    const { store, other } = fixture();
    for (const name of ["a", "b", "c", "d", "e", "f", "g", "h"]) await store.create(key(name), session());
    const counts = await Promise.all([store.deleteBySubject("eve"), other.deleteBySubject("eve")]);
    expect(counts[0] + counts[1]).toBe(8);
  });

  it("SEC-24 refuses a login so late that its entry may have been healed away", async () => {
    const { namespace, store, other } = fixture();
    const pause = namespace.pauseNext("create");
    const login = store.create(key("a"), session());
    await pause.reached;
    waitMinutes(2);
    pause.resume();
    await expect(login).rejects.toThrow("took too long");
    expect(await other.load(key("a"))).toBeNull();
  });

  it("forgets a login that never came to be, once none can be under way", async () => {
    for (const look of ["listBySubject", "deleteBySubject"] as const) {
      const { namespace, store, other, countEntries } = fixture();
      namespace.failNext("create");
      await expect(store.create(key("a"), session())).rejects.toThrow("Network connection lost.");
      waitMinutes(9);
      await other[look]("eve");
      expect(await countEntries()).toBe(1);
      waitMinutes(2);
      await other[look]("eve");
      expect(await countEntries()).toBe(0);
      vi.useRealTimers();
    }
  });

  it("forgets what ended, one by one and all together", async () => {
    const { store, countEntries } = fixture();
    for (const name of ["a", "b", "c"]) await store.create(key(name), session());
    expect(await countEntries()).toBe(3);
    await store.delete(key("a"));
    expect(await countEntries()).toBe(2);
    await store.deleteBySubject("eve", key("c"));
    expect(await countEntries()).toBe(1);
    await store.deleteBySubject("eve");
    expect(await countEntries()).toBe(0);
  });

  it("still knows a session when another attempt to create it was refused", async () => {
    const { store, countEntries } = fixture();
    await store.create(key("a"), session());
    expect(await store.create(key("a"), session())).toBe(false);
    expect(await countEntries()).toBe(1);
    expect(await keysOf(store)).toEqual([key("a")]);
  });

  it("still knows a new session under the key of one whose end is being written down", async () => {
    const { namespace, store, other } = fixture();
    await store.create(key("a"), session());
    const pause = namespace.pauseNext("forget");
    const logout = store.delete(key("a"));
    await pause.reached;
    expect(await other.create(key("a"), session())).toBe(true);
    pause.resume();
    expect(await logout).toBe("ok");
    expect(await keysOf(other)).toEqual([key("a")]);
  });

  it("SEC-24 does not end a session of another subject that merely has the key", async () => {
    const { namespace, store, other } = fixture();
    const pause = namespace.pauseNext("create");
    const login = store.create(key("a"), session());
    await pause.reached;
    await other.create(key("a"), session({ subject: "grace" }));
    expect(await keysOf(other)).toEqual([]);
    expect(await other.deleteBySubject("eve")).toBe(0);
    expect(await other.load(key("a"))).toMatchObject({ subject: "grace" });
    pause.resume();
    expect(await login).toBe(false);
  });

  it("lists a session once while another attempt to create it is under way", async () => {
    const { namespace, store, other, countEntries } = fixture();
    const pause = namespace.pauseNext("create");
    const login = store.create(key("a"), session());
    await pause.reached;
    await other.create(key("a"), session());
    expect(await countEntries()).toBe(2);
    expect(await keysOf(other)).toEqual([key("a")]);
    pause.resume();
    expect(await login).toBe(false);
    expect(await countEntries()).toBe(1);
  });

  it("SEC-42 ends all others when some cannot be reached, fails, and ends those the next time", async () => {
    const { namespace, store } = fixture();
    for (let index = 0; index < 15; index++) await store.create(key(`${index}`), session());
    for (let index = 0; index < 6; index++) namespace.failNext("delete");
    await expect(store.deleteBySubject("eve")).rejects.toThrow("Network connection lost.");
    expect(await keysOf(store)).toHaveLength(6);
    expect(await store.deleteBySubject("eve")).toBe(6);
    expect(await keysOf(store)).toEqual([]);
  });

  it("asks for six sessions at a time", async () => {
    const { namespace, store, other } = fixture();
    for (let index = 0; index < 15; index++) await other.create(key(`${index}`), session());
    const pauses = Array.from({ length: 6 }, () => namespace.pauseNext("load"));
    const list = store.listBySubject("eve");
    await Promise.all(pauses.map(({ reached }) => reached));
    expect(namespace.calls).toEqual(["entries", ...Array.from({ length: 6 }, () => "load")]);
    for (const { resume } of pauses) resume();
    expect(await list).toHaveLength(15);
  });
});
