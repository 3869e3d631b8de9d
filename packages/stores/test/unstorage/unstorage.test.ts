import { SessionManager, type StoredSession, serverSide } from "@coatcheck/core";
import { browser, fakeClock, storeConformance } from "@coatcheck/testing";
import { createStorage, type Driver, prefixStorage, type Storage } from "unstorage";
import memory from "unstorage/drivers/memory";
import { describe, expect, it, vi } from "vitest";
import { type UnstorageStorage, unstorageStore } from "../../src/unstorage.ts";
import { storeKey as key, sessionOf } from "../support/sessions.ts";
import { everyKeyed, expectWrongKeysRejected } from "../support/wrong-keys.ts";
import { withinOneProcess } from "./shared-storage.ts";

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const { now } = fakeClock(START);
const stored = (differences?: Partial<StoredSession>): StoredSession => sessionOf(differences, START);

/** A storage in memory with some methods of its driver replaced. */
function storageWith(differences: Partial<Driver>): Storage {
  return createStorage({ driver: { ...memory(), ...differences } });
}

const runner = { describe, it };
const abilities = { isAtomic: false, hasSubjectIndex: false, hasSweeper: true, checksKeys: true };

storeConformance(runner, {
  ...abilities,
  name: "unstorageStore, in memory",
  create: () => ({ store: unstorageStore(createStorage()) }),
});

storeConformance(runner, {
  ...abilities,
  name: "unstorageStore, in a mount of a prefixed storage",
  create: () => {
    const storage = createStorage().mount("app:session", memory());
    return { store: unstorageStore(prefixStorage(storage, "app")) };
  },
});

storeConformance(runner, {
  ...abilities,
  isAtomic: true,
  name: "unstorageStore, within one process",
  create: () => withinOneProcess(createStorage()),
});

describe("unstorageStore", () => {
  it("rejects anything but a storage and shows the correct call", () => {
    for (const wrong of [undefined, null, {}, new Map()]) {
      expect(() => unstorageStore(wrong as unknown as UnstorageStorage)).toThrow(/unstorageStore\(createStorage\(/);
    }
  });

  it("SEC-04 rejects a prefix that is a path or has special characters", () => {
    for (const prefix of ["..", "../x", "a:..:b", ".", "a:.:", "a..", "a.:b", "a/b", "a?b", "a\\b", "\0", "é"]) {
      expect(() => unstorageStore(createStorage(), { prefix }), prefix).toThrow(/prefix/);
    }
  });

  it("SEC-04 rejects invalid store keys before it calls the storage", async () => {
    const fail = (): never => {
      throw new Error("the storage was called");
    };
    await expectWrongKeysRejected(unstorageStore(storageWith({ getItem: fail, setItem: fail, removeItem: fail })));
  });

  it("gives keys that differ only in case names that differ even without case", async () => {
    const storage = createStorage();
    const store = unstorageStore(storage, { now });
    const keys = ["abc", "ABC", "aBc", "a-_", "A_-"].map(key);
    for (const each of keys) expect(await store.create(each, stored({ data: each }))).toBe(true);
    expect(new Set((await storage.getKeys()).map((name) => name.toLowerCase())).size).toBe(keys.length);
    for (const each of keys) expect((await store.load(each))?.data).toBe(each);
  });

  it("returns data unchanged when the driver parses text that looks like JSON", async () => {
    const items = new Map<string, string>();
    const parsing = storageWith({
      getItem: (name) => {
        const text = items.get(name) ?? null;
        try {
          return text === null ? null : JSON.parse(text);
        } catch {
          return text;
        }
      },
      setItem: (name, value) => void items.set(name, value),
    });
    const store = unstorageStore(parsing, { now });
    for (const [index, data] of ["123", "null", "{", " \n", "", '{"__proto__":1}', "\ud800", "base64:AA=="].entries()) {
      await store.create(key(`${index}`), stored({ data }));
      expect((await store.load(key(`${index}`)))?.data).toBe(data);
    }
  });

  it("passes the seconds left to the driver, rounded up and at least 1", async () => {
    const clock = fakeClock(START);
    const ttls: unknown[] = [];
    const { getItem, setItem, ...rest } = memory();
    const storage = createStorage({
      driver: {
        ...rest,
        getItem,
        setItem: (name, value, options) => {
          ttls.push(options["ttl"]);
          return setItem?.(name, value, options);
        },
      },
    });
    const store = unstorageStore(storage, { now: clock.now });
    await store.create(key("a"), stored({ expiresAt: START + 1_500 }));
    await store.update(key("a"), stored({ version: 2, expiresAt: START + 60_000 }), 1);
    clock.advance(30);
    await store.touch(key("a"), START + 90_000);
    await store.create(key("b"), stored({ expiresAt: START - HOUR }));
    expect(ttls).toEqual([2, 60, 60, 1]);
  });

  it("SEC-42 rejects when the driver rejects or resolves with an error", async () => {
    const error = new Error("EACCES: permission denied");
    const fail = (): never => {
      throw error;
    };
    for (const getItem of [fail, () => error as unknown as string]) {
      const store = unstorageStore(storageWith({ getItem }));
      for (const run of everyKeyed(store, key("a"))) await expect(run()).rejects.toBe(error);
    }
    await expect(unstorageStore(storageWith({ setItem: fail })).create(key("a"), stored())).rejects.toBe(error);
    await expect(unstorageStore(storageWith({ getKeys: fail })).sweep(START)).rejects.toBe(error);
    const keeping = unstorageStore(storageWith({ removeItem: fail }));
    await keeping.create(key("a"), stored());
    await expect(keeping.delete(key("a"))).rejects.toBe(error);
  });

  it("SEC-22 ends a session even when the driver silently fails to remove it", async () => {
    const storage = storageWith({ removeItem: () => {} });
    const store = unstorageStore(storage, { now });
    await store.create(key("a"), stored({ data: "confidential" }));
    expect(await store.delete(key("a"))).toBe("ok");
    expect(await store.load(key("a"))).toBeNull();
    expect(await store.update(key("a"), stored({ version: 2 }), 1)).toBe("gone");
    expect(await store.touch(key("a"), START + 2 * HOUR)).toBe(false);
    expect(await store.create(key("a"), stored())).toBe(false);
    expect(await store.delete(key("a"))).toBe("gone");
    expect(await store.sweep(START + 2 * HOUR)).toBe(0);
    const [name = ""] = await storage.getKeys();
    expect(await storage.getItem(name)).not.toContain("confidential");
  });

  it("SEC-42 finds no session in a partly written record or in other text", async () => {
    const storage = createStorage();
    const store = unstorageStore(storage, { now });
    await store.create(key("a"), stored());
    const [name = ""] = await storage.getKeys();
    const whole = String(await storage.getItem(name));
    const halves = Array.from(whole, (_, length) => whole.slice(0, length));
    for (const text of [...halves, "123", "null", '{"data":"","version":1}', whole.slice("coatcheck:".length)]) {
      await storage.setItem(name, text);
      expect(await store.load(key("a")), text).toBeNull();
      expect(await store.update(key("a"), stored({ version: 2 }), 1)).toBe("gone");
      expect(await store.touch(key("a"), START + 2 * HOUR)).toBe(false);
      // Another process may still be writing it, and it has no expiry.
      expect(await store.sweep(START + 2 * HOUR)).toBe(0);
      expect(await storage.hasItem(name)).toBe(true);
    }
    expect(await store.create(key("a"), stored())).toBe(true);
    await storage.setItem(name, halves.at(-1) ?? "");
    expect(await store.delete(key("a"))).toBe("gone");
    expect(await storage.hasItem(name)).toBe(false);
  });

  it("SEC-42 lets other requests overtake an operation that the driver never answers", async () => {
    const { getItem, ...rest } = memory();
    let answer = () => {};
    let hangs = false;
    const storage = createStorage({
      driver: {
        ...rest,
        getItem: async (name, options) => {
          const value = await getItem(name, options);
          if (hangs) {
            hangs = false;
            await new Promise<void>((resolve) => {
              answer = resolve;
            });
          }
          return value;
        },
      },
    });
    const store = unstorageStore(storage, { now });
    await store.create(key("a"), stored());
    vi.useFakeTimers();
    try {
      hangs = true;
      const slow = store.update(key("a"), stored({ data: "slow", version: 2 }), 1);
      const rejected = expect(slow).rejects.toThrow(/other requests went ahead/);
      const next = store.update(key("a"), stored({ data: "next", version: 2 }), 1);
      await vi.advanceTimersByTimeAsync(5_000);
      expect(await next).toBe("ok");
      answer();
      await rejected;
    } finally {
      vi.useRealTimers();
    }
    expect((await store.load(key("a")))?.data).toBe("next");
  });

  it("rejects a read-only driver at construction", () => {
    const { getItem, getKeys, hasItem } = memory();
    const drivers = [
      { getItem, getKeys, hasItem },
      { ...memory(), options: { readOnly: true } },
    ];
    for (const driver of drivers) {
      expect(() => unstorageStore(createStorage({ driver: driver as never }))).toThrow(/^unstorageStore: .* read-only/);
    }
  });

  it("SEC-22 SEC-24 rejects revokeAll with UNSUPPORTED, rather than miss sessions", async () => {
    const sessions = new SessionManager({ mode: serverSide(unstorageStore(createStorage())) });
    await expect(sessions.revokeAll("eve")).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });

  it("counts all of 20 parallel visits of one visitor", async () => {
    const sessions = new SessionManager<{ visits: number }>({ mode: serverSide(unstorageStore(createStorage())) });
    const fetch = sessions.wrap(async (_request, pending) => {
      const session = await pending;
      session.update("visits", (visits = 0) => visits + 1);
      return new Response(String(session.get("visits")));
    });
    const client = browser({ fetch });
    await client.fetch("/");
    await Promise.all(Array.from({ length: 20 }, () => client.fetch("/")));
    expect(await (await client.fetch("/")).text()).toBe("22");
  });
});
