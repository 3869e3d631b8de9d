import { memoryStore, type StoredSession } from "@coatcheck/core";
import { fakeClock, storeConformance } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

storeConformance({ describe, it }, { name: "memoryStore", create: () => ({ store: memoryStore() }) });

describe("memoryStore", () => {
  const session: StoredSession = { data: "{}", version: 1, createdAt: 0, expiresAt: 1_000 };

  it("throws STORE_FULL when it is full of live sessions, and drops none of them", async () => {
    const store = memoryStore({ maxSessions: 2, now: () => 0 });
    await store.create("a", session);
    await store.create("b", session);
    await expect(store.create("c", session)).rejects.toMatchObject({ code: "STORE_FULL" });
    expect(await store.load("a")).toEqual(session);
    await store.delete("a");
    expect(await store.create("c", session)).toBe(true);
  });

  it("drops expired sessions when it is full", async () => {
    const clock = fakeClock(0);
    const store = memoryStore({ maxSessions: 2, now: clock.now });
    await store.create("a", session);
    await store.create("b", { ...session, expiresAt: 60_000 });
    clock.advance(1);
    expect(await store.create("c", session)).toBe(true);
    expect(await store.load("a")).toBeNull();
    expect(await store.load("b")).not.toBeNull();
  });

  it("rejects a maxSessions that is not a positive integer", () => {
    for (const maxSessions of [0, -1, 1.5, Number.NaN]) {
      expect(() => memoryStore({ maxSessions })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    }
  });
});
