import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openShop, type ShopOptions } from "../src/shop.ts";
import { StartError } from "../src/start-error.ts";
import { temporaryFolder } from "./temporary-folder.ts";

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** The message with which a shop refuses to open. */
async function messageOf(options: Partial<ShopOptions>): Promise<string> {
  const error: unknown = await openShop({ initial: "sqlite", folder: folder.path, ...options }).catch(
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(StartError);
  return (error as StartError).message;
}

describe("openShop explains why it cannot start", () => {
  it("when the data folder is a file", async () => {
    const path = join(folder.path, "file");
    writeFileSync(path, "");
    expect(await messageOf({ folder: path })).toContain(`The shop cannot store its data in ${path}: `);
    expect(await messageOf({ folder: join(path, "below") })).toContain("SHOP_DATA=/tmp/shop npm run demo");
  });

  it("when the database is damaged or a folder", async () => {
    const path = join(folder.path, "shop.db");
    writeFileSync(path, "no database ".repeat(100));
    const damaged = await messageOf({});
    expect(damaged).toContain(`The shop cannot store its data in ${path}: file is not a database`);
    expect(damaged).toContain("Move the file away, and the shop creates a new one");
    const other = join(folder.path, "other");
    mkdirSync(join(other, "shop.db"), { recursive: true });
    expect(await messageOf({ folder: other })).toContain("EISDIR: illegal operation on a directory");
  });

  it("when the database belongs to another application", async () => {
    const database = new DatabaseSync(join(folder.path, "shop.db"));
    database.exec("create table users (id integer)");
    database.close();
    expect(await messageOf({})).toContain("table users has no column named name");
  });

  it("when the folder is read-only", async () => {
    const path = join(folder.path, "read-only");
    mkdirSync(path, { mode: 0o500 });
    // Root may write to any folder, except to those of the kernel.
    const isRoot = process.getuid?.() === 0;
    const message = await messageOf({ folder: isRoot ? "/sys/coatcheck-shop" : path });
    expect(message).toMatch(/permission denied|not permitted|read-only/);
  });

  it("when the secret in the folder was replaced by a weak one", async () => {
    writeFileSync(join(folder.path, "secret"), "hunter2\n");
    const message = await messageOf({});
    expect(message).toMatch(/^The secret in .+ is rejected \(WEAK_SECRET\): /);
    expect(message).not.toContain("hunter2");
  });

  it.each(["sqlite", "signed", "encrypted"] as const)("when SESSION_SECRET is weak, MODE=%s", async (initial) => {
    for (const secret of ["hunter2", "", "keyboard cat ".repeat(4)]) {
      const message = await messageOf({ initial, secret });
      expect(message).toMatch(/^SESSION_SECRET is rejected \(WEAK_SECRET\): secrets\[0\] .+$/);
      expect(message).not.toMatch(/hunter2|keyboard/);
    }
  });

  it("when MODE is redis and no Redis answers, without the password of the URL", async () => {
    const message = await messageOf({ initial: "redis", redisUrl: "redis://eve:hunter2@127.0.0.1:1" });
    expect(message).toContain("No Redis answers at redis://127.0.0.1:1.");
    expect(message).toContain("redis-server");
    expect(message).not.toContain("hunter2");
  });
});
