import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoredSession } from "@coatcheck/core";
import { fakeClock, storeConformance } from "@coatcheck/testing";
import { afterEach, describe, expect, it } from "vitest";
import { type DenoKv, denoKvStore } from "../src/deno-kv.ts";
import { toRecord } from "../src/record.ts";
import { storeKey as key, sessionOf } from "./support/sessions.ts";
import { everyKeyed, expectWrongKeysRejected } from "./support/wrong-keys.ts";

/** The part of Deno that these tests use. The type check does not load the types of Deno. */
interface Kv extends DenoKv {
  get(key: readonly string[]): Promise<{ readonly value: unknown; readonly versionstamp: string | null }>;
  set(key: readonly string[], value: unknown): Promise<unknown>;
  close(): void;
}
const { openKv } = Reflect.get(globalThis, "Deno") as { openKv(path: string): Promise<Kv> };

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const stored = (differences?: Partial<StoredSession>): StoredSession => sessionOf(differences, START);

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
});

async function open(path = ":memory:"): Promise<Kv> {
  const kv = await openKv(path);
  cleanUps.push(() => kv.close());
  return kv;
}

/** A Deno KV that rejects every call. */
async function closed(): Promise<Kv> {
  const kv = await openKv(":memory:");
  kv.close();
  return kv;
}

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), "coatcheck-deno-kv-"));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  return join(folder, "sessions.db");
}

async function count(kv: Kv): Promise<number> {
  let entries = 0;
  for await (const _ of kv.list({ prefix: [] })) entries += 1;
  return entries;
}

/**
 * The bytes of a record beside the data. Deno KV stores 65,536 bytes under a key. The record is JSON, so it also has
 * the names of the fields, the instants and the version, and a backslash before each quote of the data.
 */
const ENVELOPE = toRecord(stored({ data: '{"d":{"a":""}}' })).length - '{"d":{"a":""}}'.length;
// No dropsWithin: Deno removes expired values once a minute.
const abilities = {
  isAtomic: true,
  hasSubjectIndex: true,
  hasSweeper: false,
  checksKeys: true,
  maxDataBytes: 65_536 - ENVELOPE,
};

storeConformance(
  { describe, it },
  // No peer: every handle of ":memory:" is a database of its own.
  { name: "denoKvStore, in memory", create: async () => ({ store: denoKvStore(await open()) }), ...abilities },
);

storeConformance(
  { describe, it },
  {
    name: "denoKvStore, in a file",
    async create() {
      const path = file();
      return { store: denoKvStore(await open(path)), peer: denoKvStore(await open(path)) };
    },
    ...abilities,
  },
);

const { now } = fakeClock(START);

describe("denoKvStore", () => {
  it("rejects anything but an open Deno KV and shows the correct call", async () => {
    for (const wrong of [undefined, null, {}, new Map(), openKv(":memory:")]) {
      expect(() => denoKvStore(wrong as unknown as Kv)).toThrow(/await Deno\.openKv\(\)/);
      (await (wrong as Promise<Kv> | undefined))?.close?.();
    }
    const kv = await open();
    expect(() => denoKvStore(kv, { prefix: "a/b" })).toThrow(/prefix/);
  });

  it("SEC-04 rejects invalid store keys before it calls Deno KV", async () => {
    await expectWrongKeysRejected(denoKvStore(await closed()));
  });

  it("SEC-42 rejects when Deno KV fails", async () => {
    const store = denoKvStore(await closed());
    for (const run of everyKeyed(store, key("a"))) await expect(run()).rejects.toThrow();
    await expect(store.listBySubject("eve")).rejects.toThrow();
    await expect(store.deleteBySubject("eve")).rejects.toThrow();
  });

  it("SEC-42 finds no session in values of other programs", async () => {
    const kv = await open();
    const store = denoKvStore(kv);
    for (const value of ["text", 1, { data: "" }, new TextEncoder().encode('{"data":')]) {
      await kv.set(["session", key("a")], value);
      expect(await store.load(key("a"))).toBeNull();
      expect(await store.update(key("a"), stored({ version: 2 }), 1)).toBe("gone");
      expect(await store.touch(key("a"), START)).toBe(false);
      expect(await store.delete(key("a"))).toBe("gone");
    }
  });

  it("never answers conflict because of touches, however many", async () => {
    const kv = await open();
    const real = denoKvStore(kv, { now });
    await real.create(key("a"), stored());
    // Another request touches the session between the read and the write of the update, 200 times in a row.
    let touches = 200;
    const interrupted: Kv = {
      ...methodsOf(kv),
      get: async (at) => {
        const found = await kv.get(at);
        if (touches > 0) {
          touches -= 1;
          await real.touch(key("a"), START + 2 * HOUR - touches);
        }
        return found;
      },
    };
    expect(await denoKvStore(interrupted, { now }).update(key("a"), stored({ data: "2nd", version: 2 }), 1)).toBe("ok");
    expect(touches).toBe(0);
    expect((await real.load(key("a")))?.data).toBe("2nd");
  });

  it("SEC-22 neither updates nor touches a session that ends between the read and the write", async () => {
    const kv = await open();
    const real = denoKvStore(kv, { now });
    const interrupted: Kv = {
      ...methodsOf(kv),
      get: async (at) => {
        const found = await kv.get(at);
        await real.delete(key("a"));
        return found;
      },
    };
    const store = denoKvStore(interrupted, { now });
    await real.create(key("a"), stored({ subject: "eve" }));
    expect(await store.update(key("a"), stored({ subject: "eve", version: 2 }), 1)).toBe("gone");
    await real.create(key("a"), stored({ subject: "eve" }));
    expect(await store.touch(key("a"), START + 2 * HOUR)).toBe(false);
    await real.create(key("a"), stored({ subject: "eve" }));
    expect(await store.delete(key("a"))).toBe("gone");
    await real.create(key("a"), stored({ subject: "eve" }));
    expect(await store.deleteBySubject("eve")).toBe(0);
    expect(await count(kv)).toBe(0);
  });

  it("stores a session of 64 KiB, and rejects one byte more before it writes anything", async () => {
    const kv = await open();
    const store = denoKvStore(kv, { now });
    const overhead = JSON.stringify(stored({ data: "" })).length;
    // Each character takes two bytes in UTF-8.
    const fits = stored({ data: "\u00e9".repeat((65_536 - overhead) >> 1).concat(overhead % 2 === 0 ? "" : "x") });
    expect(await store.create(key("a"), fits)).toBe(true);
    expect(await store.load(key("a"))).toEqual(fits);

    const tooLarge = { code: "SESSION_TOO_LARGE", message: expect.stringMatching(/65536 bytes.*takes 65537/) };
    const larger = stored({ data: `${fits.data}x` });
    await expect(store.create(key("b"), larger)).rejects.toMatchObject(tooLarge);
    expect(await store.load(key("b"))).toBeNull();
    await expect(store.update(key("a"), { ...larger, version: 2 }, 1)).rejects.toMatchObject(tooLarge);
    expect(await store.load(key("a"))).toEqual(fits);
  });

  it("accepts a subject of 900 bytes under any prefix, and rejects a longer one", async () => {
    const kv = await open();
    const store = denoKvStore(kv, { prefix: "p".repeat(64), now });
    for (const [index, subject] of ["\0".repeat(900), "\u20ac".repeat(300)].entries()) {
      expect(await store.create(key(`${index}`), stored({ subject }))).toBe(true);
      expect(await store.listBySubject(subject)).toHaveLength(1);
      const rejection = { code: "INVALID_OPTION", message: expect.stringContaining("900 bytes") };
      await expect(store.create(key("b"), stored({ subject: `${subject}x` }))).rejects.toMatchObject(rejection);
      await expect(store.listBySubject(`${subject}x`)).rejects.toMatchObject(rejection);
      await expect(store.deleteBySubject(`${subject}x`)).rejects.toMatchObject(rejection);
      expect(await store.load(key("b"))).toBeNull();
    }
  });

  it("accepts expired sessions, also with a clock with fractions", async () => {
    const store = denoKvStore(await open(), { now: () => START + 0.3 });
    for (const [index, expiresAt] of [START - HOUR, START, START + 1].entries()) {
      expect(await store.create(key(`${index}`), stored({ expiresAt }))).toBe(true);
      expect(await store.update(key(`${index}`), stored({ expiresAt, version: 2 }), 1)).toBe("ok");
    }
  });

  it("sets the expiry of a session and of its index entry with each write", async () => {
    const kv = await open();
    const clock = fakeClock(START);
    const expiries: number[] = [];
    const watched: Kv = {
      ...methodsOf(kv),
      atomic: () => {
        const operation = kv.atomic();
        const set = operation.set.bind(operation);
        return Object.assign(operation, {
          set: (...[at, value, expiry]: Parameters<typeof set>) => {
            expiries.push(expiry.expireIn);
            return set(at, value, expiry);
          },
        });
      },
    };
    const store = denoKvStore(watched, { now: clock.now });
    await store.create(key("a"), stored({ subject: "eve" }));
    clock.advance(60);
    await store.update(key("a"), stored({ subject: "eve", version: 2, expiresAt: START + 2 * HOUR }), 1);
    await store.touch(key("a"), START + 3 * HOUR);
    const minute = 60_000;
    expect(expiries).toEqual([HOUR, HOUR, 2 * HOUR - minute, 2 * HOUR - minute, 3 * HOUR - minute, 3 * HOUR - minute]);
  });

  it("SEC-24 counts each session once when two calls end all sessions at once", async () => {
    const kv = await open();
    const store = denoKvStore(kv, { now });
    for (let index = 0; index < 150; index++) await store.create(key(`${index}`), stored({ subject: "eve" }));
    const counts = await Promise.all([store.deleteBySubject("eve"), store.deleteBySubject("eve", key("0"))]);
    expect(counts.reduce((sum, ended) => sum + ended)).toBe(150);
    expect(await count(kv)).toBe(0);
  });

  it("SEC-24 never ends another subject's session because of a wrong index entry", async () => {
    const kv = await open();
    const store = denoKvStore(kv, { now });
    await store.create(key("a"), stored({ subject: "grace" }));
    await kv.set(["session", "subject", "eve", key("a")], true);
    expect(await store.listBySubject("eve")).toEqual([]);
    expect(await store.deleteBySubject("eve")).toBe(0);
    expect(await store.load(key("a"))).not.toBeNull();
  });

  it("keeps stores with different prefixes apart, and leaves no entries behind", async () => {
    const kv = await open();
    const [one, other] = [denoKvStore(kv, { prefix: "one", now }), denoKvStore(kv, { prefix: "one:2", now })];
    await one.create(key("a"), stored({ subject: "eve", data: "one" }));
    await other.create(key("a"), stored({ subject: "eve", data: "other" }));
    expect(await one.deleteBySubject("eve")).toBe(1);
    expect((await other.load(key("a")))?.data).toBe("other");
    await other.delete(key("a"));
    expect(await count(kv)).toBe(0);
  });
});

/** The methods as own properties. A spread of Deno's class copies none. */
function methodsOf(kv: Kv): Kv {
  return {
    get: (at) => kv.get(at),
    set: (at, value) => kv.set(at, value),
    list: (selector) => kv.list(selector),
    atomic: () => kv.atomic(),
    close: () => kv.close(),
  };
}
