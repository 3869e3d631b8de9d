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
  /** The same sessions through another Worker. */
  readonly other: SessionStore & SubjectIndex;
  /** Counts the entries in the index of eve, with or without a session. */
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

/** Expects the next revocation to find and end the session of eve. */
async function expectListedAndEnded(store: SessionStore & SubjectIndex): Promise<void> {
  expect(await keysOf(store)).toEqual([key("a")]);
  expect(await store.deleteBySubject("eve")).toBe(1);
  expect(await store.load(key("a"))).toBeNull();
}

/** Moves the clock of the tests and of the objects, but not their timers. */
function moveClock(minutes: number): void {
  const at = Date.now() + minutes * 60_000;
  vi.useFakeTimers({ toFake: ["Date"], now: at });
}

afterEach(() => {
  vi.useRealTimers();
});

describe("the index of a subject in durableObjectStore", () => {
  it("SEC-24 lists a login whose entry is added after a revocation", async () => {
    const { namespace, store, other } = fixture();
    const pause = namespace.pauseNext("enter");
    const login = store.create(key("a"), session());
    await pause.reached;
    expect(await other.deleteBySubject("eve")).toBe(0);
    pause.resume();
    expect(await login).toBe(true);
    await expectListedAndEnded(other);
  });

  it("SEC-24 lists a login whose session is created after a revocation, although its entry had no session", async () => {
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

  it("SEC-24 ends every session that could be loaded before, during 20 logins", async () => {
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

  it("counts each session once when two revocations run at once", async () => {
    const { store, other } = fixture();
    for (const name of ["a", "b", "c", "d", "e", "f", "g", "h"]) await store.create(key(name), session());
    const counts = await Promise.all([store.deleteBySubject("eve"), other.deleteBySubject("eve")]);
    expect(counts[0] + counts[1]).toBe(8);
  });

  it("SEC-24 rejects a login when its entry is so old that it may have been removed", async () => {
    const { namespace, store, other } = fixture();
    const pause = namespace.pauseNext("create");
    const login = store.create(key("a"), session());
    await pause.reached;
    moveClock(2);
    pause.resume();
    await expect(login).rejects.toThrow("took too long");
    expect(await other.load(key("a"))).toBeNull();
  });

  it("removes the entry of a failed login when no login can be in progress", async () => {
    for (const read of ["listBySubject", "deleteBySubject"] as const) {
      const { namespace, store, other, countEntries } = fixture();
      namespace.failNext("create");
      await expect(store.create(key("a"), session())).rejects.toThrow("Network connection lost.");
      moveClock(9);
      await other[read]("eve");
      expect(await countEntries()).toBe(1);
      moveClock(2);
      await other[read]("eve");
      expect(await countEntries()).toBe(0);
      vi.useRealTimers();
    }
  });

  it("removes the entries of ended sessions", async () => {
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

  it("keeps the entry of a session when another attempt to create it fails", async () => {
    const { store, countEntries } = fixture();
    await store.create(key("a"), session());
    expect(await store.create(key("a"), session())).toBe(false);
    expect(await countEntries()).toBe(1);
    expect(await keysOf(store)).toEqual([key("a")]);
  });

  it("keeps the entry of a new session while the entry of an ended one under its key is removed", async () => {
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

  it("SEC-24 does not end the session of another subject under the same key", async () => {
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

  it("lists a session once while another attempt to create it is in progress", async () => {
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

  it("SEC-42 ends all reachable sessions, rejects, and ends the others in the next call", async () => {
    const { namespace, store } = fixture();
    for (let index = 0; index < 15; index++) await store.create(key(`${index}`), session());
    for (let index = 0; index < 6; index++) namespace.failNext("delete");
    await expect(store.deleteBySubject("eve")).rejects.toThrow("Network connection lost.");
    expect(await keysOf(store)).toHaveLength(6);
    expect(await store.deleteBySubject("eve")).toBe(6);
    expect(await keysOf(store)).toEqual([]);
  });

  it("loads six sessions at a time", async () => {
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
