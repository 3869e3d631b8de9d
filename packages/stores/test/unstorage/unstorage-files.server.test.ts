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
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoredSession } from "@coatcheck/core";
import { createStorage } from "unstorage";
import fs from "unstorage/drivers/fs";
import fsLite from "unstorage/drivers/fs-lite";
import { afterEach, describe, expect, it } from "vitest";
import { unstorageStore } from "../../src/unstorage.ts";
import { storeKey as key, sessionOf } from "../support/sessions.ts";
import { unstorageSuite } from "./unstorage-suite.ts";

const LATER = Date.now() + 3_600_000;
const stored = (differences?: Partial<StoredSession>): StoredSession => sessionOf(differences, LATER - 3_600_000);

const folders: string[] = [];
afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true });
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "coatcheck-unstorage-"));
  folders.push(path);
  return path;
}

for (const [name, driver] of Object.entries({ fs, "fs-lite": fsLite })) {
  unstorageSuite({ name, newBase: folder, driver: (base) => driver({ base }) });

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
