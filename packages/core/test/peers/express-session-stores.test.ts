import { memoryStore, type SessionStore, serverSide } from "@coatcheck/core";
import { cookieValueOf, secret } from "@coatcheck/test-support";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { application, dataOf } from "./application.ts";

describe("express-session, stores", () => {
  const setUp = (options: { secrets?: string } = {}) => {
    const store = faultyStore(memoryStore());
    const app = application({ mode: serverSide(store, options), lifetime: { idle: 100 } });
    return { store, ...app };
  };

  it("does not load an id whose signature is wrong", async () => {
    const { store, newVisitor } = setUp({ secrets: secret() });
    const eve = newVisitor();
    const { cookies } = await eve.visit((session) => session.set("name", "eve"));
    const [id] = cookieValueOf(cookies[0]).split(".");
    store.resetCalls();
    const mallory = newVisitor();
    await mallory.client.setCookie(`__Host-session=${id}.${"A".repeat(8)}.${"A".repeat(43)}; Path=/; Secure`);
    expect((await mallory.visit(dataOf)).result).toEqual({});
    expect(store.calls).toEqual({ load: 0, create: 0, update: 0, touch: 0, delete: 0 });
  });

  it("starts a session with another id when the store does not know the received one", async () => {
    const { newVisitor, events } = setUp();
    const eve = newVisitor();
    await eve.visit((session) => session.set("name", "eve"));
    const cookie = await eve.client.cookieHeader();
    await eve.visit((session) => session.destroy());
    const mallory = newVisitor();
    await mallory.client.setCookie(`${cookie}; Path=/; Secure`);
    const { cookies, result } = await mallory.visit((session) => {
      session.set("name", "mallory");
      return session.isNew;
    });
    expect(result).toBe(true);
    expect(events).toContainEqual({ type: "rejected", reason: "not-found" });
    expect(cookies).toHaveLength(1);
    expect(cookies[0]?.startsWith(`${cookie};`)).toBe(false);
  });

  it("fails the request when a store operation fails, and recovers with the store", async () => {
    const { store, newVisitor, clock } = setUp();
    const failure = expect.objectContaining({ code: "STORE_FAILED", cause: expect.any(Error) });
    const eve = newVisitor();
    store.failNext("create", "throw-before");
    await expect(eve.visit((session) => session.set("count", 1))).rejects.toEqual(failure);
    expect(await eve.client.cookieHeader()).toBe("");
    await eve.visit((session) => session.set("count", 1));

    store.failNext("load", "throw-before");
    await expect(eve.visit(dataOf)).rejects.toEqual(failure);
    store.failNext("update", "throw-before");
    await expect(eve.visit((session) => session.set("count", 2))).rejects.toEqual(failure);
    clock.advance(60);
    store.failNext("touch", "throw-before");
    await expect(eve.visit(dataOf)).rejects.toEqual(failure);
    store.failNext("delete", "throw-before");
    await expect(eve.visit((session) => session.destroy())).rejects.toEqual(failure);

    expect((await eve.visit(dataOf)).result).toEqual({ count: 1 });
  });

  it("treats a damaged row as no session", async () => {
    const store = memoryStore();
    const { newVisitor, events } = application({
      mode: serverSide({
        ...store,
        load: async (key) => {
          const row = await store.load(key);
          return row && { ...row, data: "{}" };
        },
      }),
    });
    const eve = newVisitor();
    await eve.visit((session) => session.set("name", "eve"));
    expect((await eve.visit((session) => session.isNew)).result).toBe(true);
    expect(events).toContainEqual({ type: "rejected", reason: "invalid-data" });
  });

  it("reads nothing from an expired row and leaves it to the sweep", async () => {
    const store = memoryStore();
    const { newVisitor, clock } = application({ mode: serverSide(store), lifetime: { idle: 100 } });
    const eve = newVisitor();
    await eve.visit((session) => session.set("name", "eve"));
    const { result: id = "" } = await eve.visit((session) => session.id);
    clock.advance(101);
    expect((await eve.visit(dataOf)).result).toEqual({});
    expect(await store.load(id)).not.toBeNull();
    expect(await store.sweep(clock.now())).toBe(1);
    expect(await store.load(id)).toBeNull();
  });

  it("writes no data for a session that was only read or extended", async () => {
    const { store, newVisitor, clock } = setUp();
    const eve = newVisitor();
    await eve.visit((session) => session.set("cookie", "a biscuit"));
    store.resetCalls();
    await eve.visit(dataOf);
    await eve.visit((session) => session.set("cookie", "a biscuit"));
    await newVisitor().visit(dataOf);
    expect(store.calls).toEqual({ load: 2, create: 0, update: 0, touch: 0, delete: 0 });
    await eve.visit((session) => session.set("cookie", "another"));
    expect(store.calls).toMatchObject({ update: 1 });
    clock.advance(60);
    await eve.visit(dataOf);
    expect(store.calls).toEqual({ load: 4, create: 0, update: 1, touch: 1, delete: 0 });
  });

  it("sends the cookie once, however often the data changes, when it is not persistent", async () => {
    const { newVisitor } = setUp();
    const eve = newVisitor();
    const lines = [];
    for (let step = 0; step < 3; step++) lines.push((await eve.visit((session) => session.set("step", step))).cookies);
    expect(lines.map(({ length }) => length)).toEqual([1, 0, 0]);
  });

  it("accepts a store that returns values instead of promises", async () => {
    const rows = memoryStore();
    const stored = new Map<string, Awaited<ReturnType<SessionStore["load"]>>>();
    const synchronous = {
      traits: rows.traits,
      load: (key: string) => stored.get(key) ?? null,
      create: (key: string, row: never) => !stored.has(key) && !!stored.set(key, row),
      update: (key: string, row: never) => (stored.has(key) && stored.set(key, row) ? "ok" : "gone"),
      touch: (key: string) => stored.has(key),
      delete: (key: string) => (stored.delete(key) ? "ok" : "gone"),
    };
    const { newVisitor } = application({ mode: serverSide(synchronous as unknown as SessionStore) });
    const eve = newVisitor();
    await eve.visit((session) => session.set("count", 1));
    await eve.visit((session) => session.set("count", 2));
    expect((await eve.visit(dataOf)).result).toEqual({ count: 2 });
    await eve.visit((session) => session.destroy());
    expect(stored.size).toBe(0);
  });
});
