import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoredSession } from "@coatcheck/core";
import { storeConformance } from "@coatcheck/testing";
import { createStorage, type Driver, type Storage } from "unstorage";
import fs from "unstorage/drivers/fs";
import fsLite from "unstorage/drivers/fs-lite";
import http from "unstorage/drivers/http";
import redis from "unstorage/drivers/redis";
import { createStorageServer } from "unstorage/server";
import { afterEach, describe, expect, it } from "vitest";
import { unstorageStore } from "../../src/unstorage.ts";
import { engineUrl } from "../support/engines.ts";
import { storeKey as key, sessionOf } from "../support/sessions.ts";
import { inTwoProcesses, withinOneProcess } from "./shared-storage.ts";

const LATER = Date.now() + 3_600_000;
const stored = (differences?: Partial<StoredSession>): StoredSession => sessionOf(differences, LATER - 3_600_000);

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "coatcheck-unstorage-"));
  cleanUps.push(() => rmSync(path, { recursive: true }));
  return path;
}

/** Starts the HTTP server of unstorage, by which processes share a storage. Returns its URL. */
async function serve(): Promise<string> {
  const server = createServer(createStorageServer(createStorage()).handle);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUps.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return `http://127.0.0.1:${address.port}`;
}

/** A kind of storage. */
interface Place {
  /** Creates an empty storage and returns its base for the driver. */
  readonly newBase: () => string | Promise<string>;
  /** The driver for a base. Every process has its own. */
  readonly driver: (base: string) => Driver;
  readonly dropsWithin?: number;
}

const redisUrl = engineUrl("redis");
const places: Readonly<Record<string, Place>> = {
  fs: { newBase: folder, driver: (base) => fs({ base }) },
  "fs-lite": { newBase: folder, driver: (base) => fsLite({ base }) },
  ...(redisUrl !== undefined && {
    redis: {
      newBase: () => `unstorage-${crypto.randomUUID()}`,
      driver: (base) => redis({ url: redisUrl, base }),
      // The only one of these drivers that uses the time to live.
      dropsWithin: 30,
    },
  }),
  http: { newBase: serve, driver: (base) => http({ base }) },
};

for (const [name, { newBase, driver, ...abilities }] of Object.entries(places)) {
  const open = (base: string): Storage => {
    const storage = createStorage({ driver: driver(base) });
    cleanUps.push(() => void storage.dispose());
    return storage;
  };
  const shared = { hasSubjectIndex: false, hasSweeper: true, checksKeys: true, ...abilities };

  storeConformance(
    { describe, it },
    {
      name: `unstorageStore, ${name}, in two processes`,
      async create() {
        const base = await newBase();
        return inTwoProcesses(open(base), open(base));
      },
      isAtomic: false,
      ...shared,
    },
  );

  storeConformance(
    { describe, it },
    {
      name: `unstorageStore, ${name}, within one process`,
      create: async () => withinOneProcess(open(await newBase())),
      isAtomic: true,
      ...shared,
    },
  );
}

for (const [name, driver] of Object.entries({ fs, "fs-lite": fsLite })) {
  describe(`unstorageStore, ${name}`, () => {
    it("SEC-02 stores a session in a file named after the SHA-256 of its id, in hex", async () => {
      const base = folder();
      const store = unstorageStore(createStorage({ driver: driver({ base }) }));
      await store.create("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0", stored());
      expect(readdirSync(base)).toEqual(["session"]);
      const hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
      expect(readdirSync(join(base, "session"))).toEqual([hash]);
      expect(readFileSync(join(base, "session", hash), "utf8")).toMatch(/^coatcheck:\{"data":/);
    });

    it("keeps sessions apart whose keys differ only in case, even where file names ignore case", async () => {
      const base = folder();
      const store = unstorageStore(createStorage({ driver: driver({ base }) }));
      for (const name of ["abc", "ABC", "Abc"])
        expect(await store.create(key(name), stored({ data: name }))).toBe(true);
      const names = readdirSync(join(base, "session")).map((file) => file.toLowerCase());
      expect(new Set(names).size).toBe(3);
      for (const name of ["abc", "ABC", "Abc"]) expect((await store.load(key(name)))?.data).toBe(name);
    });

    it("does not change the mode 0700 of its folder", async () => {
      const base = folder();
      await unstorageStore(createStorage({ driver: driver({ base }) })).create(key("a"), stored());
      expect(statSync(base).mode & 0o777).toBe(0o700);
    });

    it("SEC-42 never reads a partly written file in the same process", async () => {
      const base = folder();
      const store = unstorageStore(createStorage({ driver: driver({ base }) }));
      const data = "x".repeat(1_000_000);
      await store.create(key("a"), stored({ data }));
      let isWriting = true;
      const lengths = new Set<number | undefined>();
      const readers = Array.from({ length: 3 }, async () => {
        while (isWriting) lengths.add((await store.load(key("a")))?.data.length);
      });
      for (let version = 2; version < 12; version++) {
        expect(await store.update(key("a"), stored({ data, version }), version - 1)).toBe("ok");
      }
      isWriting = false;
      await Promise.all(readers);
      expect([...lengths]).toEqual([data.length]);
    });

    it("SEC-42 finds no session in a file that a crash left partly written", async () => {
      const base = folder();
      const store = unstorageStore(createStorage({ driver: driver({ base }) }));
      await store.create(key("a"), stored());
      const [file = ""] = readdirSync(join(base, "session"));
      const path = join(base, "session", file);
      const whole = readFileSync(path, "utf8");
      for (const length of [0, 1, 10, 11, 40, whole.length - 1]) {
        writeFileSync(path, whole.slice(0, length));
        expect(await store.load(key("a"))).toBeNull();
        expect(await store.update(key("a"), stored({ version: 2 }), 1)).toBe("gone");
      }
      expect(await store.delete(key("a"))).toBe("gone");
      expect(readdirSync(join(base, "session"))).toEqual([]);
    });

    it("SEC-42 rejects when a file exists but cannot be read", async () => {
      const base = folder();
      const store = unstorageStore(createStorage({ driver: driver({ base }) }));
      await store.create(key("a"), stored());
      const [file = ""] = readdirSync(join(base, "session"));
      rmSync(join(base, "session", file));
      symlinkSync(file, join(base, "session", file));
      await expect(store.load(key("a"))).rejects.toThrow(/ELOOP/);
      await expect(store.delete(key("a"))).rejects.toThrow(/ELOOP/);
      rmSync(join(base, "session"), { recursive: true });
      writeFileSync(join(base, "session"), "a file where the folder should be");
      await expect(store.create(key("a"), stored())).rejects.toThrow();
    });

    it("SEC-22 ends a session at logout during updates", async () => {
      const store = unstorageStore(createStorage({ driver: driver({ base: folder() }) }));
      await store.create(key("a"), stored());
      const writes = Array.from({ length: 10 }, () => store.update(key("a"), stored({ version: 2 }), 1));
      const [ended] = await Promise.all([store.delete(key("a")), ...writes]);
      expect(ended).toBe("ok");
      expect(await store.update(key("a"), stored({ version: 3 }), 2)).toBe("gone");
      expect(await store.load(key("a"))).toBeNull();
    });

    it("sweeps hundreds of files and leaves other files and folders alone", async () => {
      const base = folder();
      const store = unstorageStore(createStorage({ driver: driver({ base }) }), { prefix: "app:session" });
      mkdirSync(join(base, "other"));
      writeFileSync(join(base, "other", "0".repeat(64)), "coatcheck:{}");
      await store.create(key("live"), stored());
      await Promise.all(
        Array.from({ length: 350 }, (_, index) => store.create(key(`${index}`), stored({ expiresAt: LATER - 1_000 }))),
      );
      expect(await store.sweep(LATER - 1_000)).toBe(350);
      expect(readdirSync(join(base, "app", "session"))).toHaveLength(1);
      expect(readdirSync(join(base, "other"))).toHaveLength(1);
    });
  });
}
