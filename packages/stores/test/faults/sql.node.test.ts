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

  it("SEC-42 fails requests that write when the disk is full, and works again when there is room", async () => {
    const { store, close } = await openStore("sqlite", join(folder, "sessions.db"));
    const visitor = visitorOf(store);
    expect(expectSuccess(await visitor.visit("/count")).data).toEqual({ count: 1 });

    const filler = join(folder, "filler");
    fillDisk(filler);
    // SQLite reuses free pages first, so that only some of the writes fail.
    const visitors = Array.from({ length: 200 }, () => visitor.newVisitor());
    const failures = [];
    for (const newVisitor of visitors) {
      const outcome = await newVisitor.visit("/login");
      if (!outcome.ok) failures.push(expectFailure(outcome));
    }
    expect(failures.length).toBeGreaterThan(0);
    expect(String(failures.at(-1)?.cause)).toContain("disk is full");
    expect(expectSuccess(await visitor.visit("/read")).data).toEqual({ count: 1 });

    rmSync(filler);
    expect(expectSuccess(await visitor.visit("/count")).data).toEqual({ count: 2 });
    expectSuccess(await visitor.newVisitor().visit("/login"));
    await close();
  });
});

const postgres = await startOrSkip("a read-only PostgreSQL", startPostgres);

describe.skipIf(postgres === undefined)("sqlStore on PostgreSQL", () => {
  afterAll(() => postgres?.stop());

  it("SEC-42 reads from a read-only server, and fails requests that write", async () => {
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

/** Mounts a disk of half a megabyte in memory, which needs root. Without root it prints that the test is skipped. */
function mountTinyDisk(): { folder: string; unmount: () => void } | undefined {
  const folder = mkdtempSync(join(tmpdir(), "coatcheck-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], { stdio: "pipe" });
  } catch (error) {
    rmSync(folder, { recursive: true });
    if (process.env["CI"]) throw error;
    process.stdout.write("skipped: SQLite on a full disk: to mount a small disk needs root and Linux\n");
    return undefined;
  }
  const unmount = (): void => {
    execFileSync("umount", [folder]);
    rmSync(folder, { recursive: true });
  };
  return { folder, unmount };
}

/** Takes all the space that is left on the disk. */
function fillDisk(file: string): void {
  for (const size of [65_536, 4_096, 512, 1]) {
    try {
      for (;;) writeFileSync(file, "x".repeat(size), { flag: "a" });
    } catch (error) {
      expect(error).toMatchObject({ code: "ENOSPC" });
    }
  }
}
