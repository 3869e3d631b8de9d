import { memoryStore, type StoredSession } from "@coatcheck/core";
import { faultyStore, storeConformance } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

const [a, b] = ["a".padEnd(43, "A"), "b".padEnd(43, "A")] as const;
const session: StoredSession = { data: "{}", version: 1, createdAt: 0, expiresAt: Number.MAX_SAFE_INTEGER };

// Without a fault it behaves like the store that it wraps.
storeConformance({ describe, it }, { name: "faultyStore", create: () => ({ store: faultyStore(memoryStore()) }) });

describe("faultyStore", () => {
  it("throws once, before or after the operation takes effect", async () => {
    const store = faultyStore(memoryStore());
    store.failNext("create", "throw-before");
    await expect(store.create(a, session)).rejects.toThrow("connection refused");
    expect(await store.load(a)).toBeNull();
    store.failNext("create", "throw-after");
    await expect(store.create(a, session)).rejects.toThrow("connection lost");
    expect(await store.load(a)).toEqual(session);
    expect(await store.create(b, session)).toBe(true);
  });

  it("has no effect and never answers when it hangs", async () => {
    const inner = memoryStore();
    const store = faultyStore(inner);
    store.failNext("create", "hang");
    const hanging = store.create(a, session).then(() => "answered");
    await store.create(b, session);
    expect(await Promise.race([hanging, Promise.resolve("silent")])).toBe("silent");
    expect(await inner.load(a)).toBeNull();
  });

  it("pauses an operation until the test resumes it", async () => {
    const store = faultyStore(memoryStore());
    const pause = store.pauseNext("create");
    const creating = store.create(a, session);
    await pause.reached;
    expect(await store.load(a)).toBeNull();
    pause.resume();
    expect(await creating).toBe(true);
    expect(await store.load(a)).toEqual(session);
  });

  it("counts calls", async () => {
    const store = faultyStore(memoryStore());
    await store.create(a, session);
    await store.load(a);
    await store.load(b);
    expect(store.calls).toEqual({ load: 2, create: 1, update: 0, touch: 0, delete: 0 });
    store.resetCalls();
    expect(store.calls.load).toBe(0);
  });
});
