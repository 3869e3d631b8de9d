import type { StoredSession } from "@coatcheck/core";
import { fakeClock } from "@coatcheck/testing";
import { createStorage } from "unstorage";
import memory from "unstorage/drivers/memory";
import { describe, expect, it } from "vitest";
import { unstorageStore } from "../../src/unstorage.ts";
import { storeKey as key, sessionOf } from "../support/sessions.ts";

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const { now } = fakeClock(START);
const stored = (differences?: Partial<StoredSession>): StoredSession => sessionOf(differences, START);

describe("sweep of unstorageStore", () => {
  it("uses the prefix as folders, and sweeps only the sessions in them", async () => {
    for (const [prefix, folders] of [
      ["session:", "session:"],
      ["session", "session:"],
      [":a::b:", "a:b:"],
      ["", ""],
      [".hidden", ".hidden:"],
    ]) {
      const storage = createStorage();
      const others = ["settings", "session:settings", "session2:x", "a:b:note", `a:${"0".repeat(64)}`, "a:b:c:d"];
      for (const other of others) await storage.setItem(other, "not a session");
      const store = unstorageStore(storage, { prefix: prefix ?? "", now });
      await store.create(key("a"), stored());
      const added = (await storage.getKeys()).filter((name) => !others.includes(name));
      expect(added).toEqual([expect.stringMatching(new RegExp(`^${folders}[0-9a-f]{64}$`))]);
      expect(await store.sweep(START + HOUR)).toBe(1);
      expect((await storage.getKeys()).sort()).toEqual([...others].sort());
    }
  });

  it("does not sweep a store in a subfolder", async () => {
    const storage = createStorage();
    const inner = unstorageStore(storage, { prefix: "app:admin", now });
    await inner.create(key("a"), stored());
    expect(await unstorageStore(storage, { prefix: "app", now }).sweep(START + HOUR)).toBe(0);
    expect(await inner.sweep(START + HOUR)).toBe(1);
  });

  it("rejects an invalid time for a sweep, and uses the clock without one", async () => {
    const clock = fakeClock(1_000_000);
    const store = unstorageStore(createStorage(), { now: clock.now });
    await store.create(key("a"), sessionOf({}, 1_000_000));
    for (const wrong of [Number.NaN, "2020-01-01", null, {}]) {
      await expect(store.sweep(wrong as never)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
    const sweepNow = store.sweep as () => Promise<number>;
    expect(await sweepNow()).toBe(0);
    clock.advance(3_600);
    expect(await sweepNow()).toBe(1);
  });

  it("sweeps thousands of sessions, a hundred at a time", async () => {
    const { getItem, ...rest } = memory();
    let reading = 0;
    let most = 0;
    const storage = createStorage({
      driver: {
        ...rest,
        getItem: async (name, options) => {
          reading += 1;
          most = Math.max(most, reading);
          await Promise.resolve();
          reading -= 1;
          return getItem(name, options);
        },
      },
    });
    const store = unstorageStore(storage, { now });
    for (let index = 0; index < 2_500; index++) {
      await store.create(key(`${index}`), stored({ expiresAt: START + (index % 2 === 0 ? 0 : HOUR) }));
    }
    most = 0;
    expect(await store.sweep(START)).toBe(1_250);
    expect(most).toBeLessThanOrEqual(100);
    expect(await storage.getKeys()).toHaveLength(1_250);
    expect(await store.sweep(START)).toBe(0);
  });
});
