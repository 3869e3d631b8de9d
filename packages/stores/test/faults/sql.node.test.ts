import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startOrSkip, startPostgres } from "@coatcheck/engines";
import { openStore } from "@coatcheck/engines/open-store";
import { afterAll, describe, expect, it } from "vitest";
import { expectFailure, expectSuccess } from "./outcomes.ts";
import { visitorOf } from "./visitor.ts";

const disk = mountTinyDisk();

describe.skipIf(disk === undefined)("sqlStore on SQLite", () => {
  const { folder = "", unmount = () => {} } = disk ?? {};
  afterAll(unmount);

  it("SEC-42 fails what it cannot write when the disk is full, and goes on when there is room", async () => {
    const { store, close } = await openStore("sqlite", join(folder, "sessions.db"));
    const visitor = visitorOf(store);
    expect(expectSuccess(await visitor.visit("/count")).data).toEqual({ count: 1 });

    const rubbish = join(folder, "rubbish");
    fillUp(rubbish);
    // SQLite takes a while to need more room: it writes over what it has.
    const strangers = Array.from({ length: 200 }, () => visitor.stranger());
    const failures = [];
    for (const stranger of strangers) {
      const outcome = await stranger.visit("/login");
      if (!outcome.ok) failures.push(expectFailure(outcome));
    }
    expect(failures.length).toBeGreaterThan(0);
    expect(String(failures.at(-1)?.cause)).toContain("disk is full");
    expect(expectSuccess(await visitor.visit("/read")).data).toEqual({ count: 1 });

    rmSync(rubbish);
    expect(expectSuccess(await visitor.visit("/count")).data).toEqual({ count: 2 });
    expectSuccess(await visitor.stranger().visit("/login"));
    await close();
  });
});

const postgres = await startOrSkip("a read-only PostgreSQL", startPostgres);

describe.skipIf(postgres === undefined)("sqlStore on PostgreSQL", () => {
  afterAll(() => postgres?.stop());

  it("SEC-42 reads from a server that takes no writes, and fails what would write", async () => {
    const url = postgres?.url ?? "";
    const primary = await openStore("postgres", url);
    const readOnly = await openStore("postgres", `${url}?options=-c%20default_transaction_read_only%3Don`);
    let { store } = primary;
    const visitor = visitorOf(() => store);
    expectSuccess(await visitor.visit("/count"));

    store = readOnly.store;
    expect(expectSuccess(await visitor.visit("/read")).data).toEqual({ count: 1 });
    for (const path of ["/count", "/login", "/logout"]) {
      expect(String(expectFailure(await visitor.visit(path)).cause)).toContain("read-only transaction");
    }

    store = primary.store;
    expect(expectSuccess(await visitor.visit("/count")).data).toEqual({ count: 2 });
    await readOnly.close();
    await primary.close();
  });
});

/** A disk of half a megabyte, in memory. Mounting one takes root; `undefined` for others, who are told. */
function mountTinyDisk(): { folder: string; unmount: () => void } | undefined {
  const folder = mkdtempSync(join(tmpdir(), "coatcheck-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], { stdio: "pipe" });
  } catch (error) {
    rmSync(folder, { recursive: true });
    if (process.env["CI"]) throw error;
    process.stdout.write("skipped: SQLite on a full disk: mounting a small one takes root, and Linux\n");
    return undefined;
  }
  const unmount = (): void => {
    execFileSync("umount", [folder]);
    rmSync(folder, { recursive: true });
  };
  return { folder, unmount };
}

/** Takes all the room that a disk has left. */
function fillUp(file: string): void {
  for (const size of [65_536, 4_096, 512, 1]) {
    try {
      for (;;) writeFileSync(file, "x".repeat(size), { flag: "a" });
    } catch (error) {
      expect(error).toMatchObject({ code: "ENOSPC" });
    }
  }
}
