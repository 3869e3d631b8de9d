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

/** What these tests use of Deno, whose types are not loaded where they are checked. */
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

/** What rejects whatever it is asked. */
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
 * Deno KV holds 65,536 bytes under a key. The record is the session as JSON, so beside the data it takes the names of the
 * fields, the instants and the version, and one byte more for each quote in the data: what the suite's data has of them
 * is in here.
 */
const ENVELOPE = toRecord(stored({ data: '{"d":{"a":""}}' })).length - '{"d":{"a":""}}'.length;
// No dropsWithin: Deno looks once a minute for what has expired.
const abilities = { hasSweeper: false, checksKeys: true, maxDataBytes: 65_536 - ENVELOPE };

storeConformance(
  { describe, it },
  // No peer: each handle of ":memory:" is a database of its own.
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
  it("refuses what is no open Deno KV, and says what to write", async () => {
    for (const wrong of [undefined, null, {}, new Map(), openKv(":memory:")]) {
      expect(() => denoKvStore(wrong as unknown as Kv)).toThrow(/await Deno\.openKv\(\)/);
      (await (wrong as Promise<Kv> | undefined))?.close?.();
    }
    const kv = await open();
    expect(() => denoKvStore(kv, { prefix: "a/b" })).toThrow(/prefix/);
  });

  it("SEC-04 refuses a key that is none, before Deno KV is asked", async () => {
    await expectWrongKeysRejected(denoKvStore(await closed()));
  });

  it("SEC-42 rejects when Deno KV fails", async () => {
    const store = denoKvStore(await closed());
    for (const ask of everyKeyed(store, key("a"))) await expect(ask()).rejects.toThrow();
    await expect(store.listBySubject("eve")).rejects.toThrow();
    await expect(store.deleteBySubject("eve")).rejects.toThrow();
  });

  it("SEC-42 finds no session in what somebody else wrote under a key", async () => {
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

  it("never answers conflict to a writer that only met touches, however many", async () => {
    const kv = await open();
    const real = denoKvStore(kv, { now });
    await real.create(key("a"), stored());
    // Between a writer's look and its write, another request touches: 200 times in a row.
    let touches = 200;
    const met: Kv = {
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
    expect(await denoKvStore(met, { now }).update(key("a"), stored({ data: "2nd", version: 2 }), 1)).toBe("ok");
    expect(touches).toBe(0);
    expect((await real.load(key("a")))?.data).toBe("2nd");
  });

  it("SEC-22 neither writes nor touches a session that ended between looking and writing", async () => {
    const kv = await open();
    const real = denoKvStore(kv, { now });
    const met: Kv = {
      ...methodsOf(kv),
      get: async (at) => {
        const found = await kv.get(at);
        await real.delete(key("a"));
        return found;
      },
    };
    const store = denoKvStore(met, { now });
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

  it("keeps a session as large as Deno KV's value, and refuses one byte more before anything is written", async () => {
    const kv = await open();
    const store = denoKvStore(kv, { now });
    const overhead = JSON.stringify(stored({ data: "" })).length;
    // Two bytes of UTF-8, and two in the engine's own encoding of strings, which is not used.
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

  it("takes a subject of 900 bytes under any prefix, and refuses a longer one with a word on it", async () => {
    const kv = await open();
    const store = denoKvStore(kv, { prefix: "p".repeat(64), now });
    for (const [index, subject] of ["\0".repeat(900), "\u20ac".repeat(300)].entries()) {
      expect(await store.create(key(`${index}`), stored({ subject }))).toBe(true);
      expect(await store.listBySubject(subject)).toHaveLength(1);
      const refusal = { code: "INVALID_OPTION", message: expect.stringContaining("900 bytes") };
      await expect(store.create(key("b"), stored({ subject: `${subject}x` }))).rejects.toMatchObject(refusal);
      await expect(store.listBySubject(`${subject}x`)).rejects.toMatchObject(refusal);
      await expect(store.deleteBySubject(`${subject}x`)).rejects.toMatchObject(refusal);
      expect(await store.load(key("b"))).toBeNull();
    }
  });

  it("takes a session that expired already, by fractions of a clock too", async () => {
    const store = denoKvStore(await open(), { now: () => START + 0.3 });
    for (const [index, expiresAt] of [START - HOUR, START, START + 1].entries()) {
      expect(await store.create(key(`${index}`), stored({ expiresAt }))).toBe(true);
      expect(await store.update(key(`${index}`), stored({ expiresAt, version: 2 }), 1)).toBe("ok");
    }
  });

  it("tells Deno KV when a session expires: with each write, and for the subject's mark as well", async () => {
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

  it("SEC-24 counts each session once when its subject is logged out everywhere twice at once", async () => {
    const kv = await open();
    const store = denoKvStore(kv, { now });
    for (let index = 0; index < 150; index++) await store.create(key(`${index}`), stored({ subject: "eve" }));
    const counts = await Promise.all([store.deleteBySubject("eve"), store.deleteBySubject("eve", key("0"))]);
    expect(counts.reduce((sum, ended) => sum + ended)).toBe(150);
    expect(await count(kv)).toBe(0);
  });

  it("SEC-24 never ends another subject's session through a mark that is wrong", async () => {
    const kv = await open();
    const store = denoKvStore(kv, { now });
    await store.create(key("a"), stored({ subject: "grace" }));
    await kv.set(["session", "subject", "eve", key("a")], true);
    expect(await store.listBySubject("eve")).toEqual([]);
    expect(await store.deleteBySubject("eve")).toBe(0);
    expect(await store.load(key("a"))).not.toBeNull();
  });

  it("keeps stores with different prefixes apart, and leaves nothing behind", async () => {
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

/** Deno's class keeps its state private: a spread copies no methods. */
function methodsOf(kv: Kv): Kv {
  return {
    get: (at) => kv.get(at),
    set: (at, value) => kv.set(at, value),
    list: (selector) => kv.list(selector),
    atomic: () => kv.atomic(),
    close: () => kv.close(),
  };
}
