import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { startMariadb, startOrSkip, startPostgres } from "@coatcheck/engines";
import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseTarget, type SqlTarget } from "../../src/engines/engine-target.ts";
import { openSql } from "../../src/engines/open-sql.ts";
import { COMMAND, coatcheck } from "../support/run-coatcheck.ts";

/** Enough that a sweep in batches of ten takes a minute. */
const EXPIRED = 30_000;
const LIVE = 7;

const folder = mkdtempSync(join(tmpdir(), "coatcheck-"));
const postgres = await startOrSkip("a sweep of PostgreSQL", startPostgres);
const mariadb = await startOrSkip("a sweep of MariaDB", startMariadb);

afterAll(async () => {
  await postgres?.stop();
  await mariadb?.stop();
  rmSync(folder, { recursive: true });
});

const engines = [
  { name: "SQLite", url: `sqlite://${join(folder, "sessions.db")}` },
  { name: "PostgreSQL", url: postgres?.url ?? "" },
  { name: "MariaDB", url: mariadb?.url ?? "" },
];

describe.each(engines)("coatcheck sweep on $name", ({ url }) => {
  let db: Kysely<unknown>;

  beforeAll(async () => {
    if (url === "") return;
    await coatcheck(["migrate", "up", "--url", url]);
    db = await openSql(parseTarget(url, folder) as SqlTarget, folder, false);
  });
  afterAll(() => db?.destroy());

  const count = async (): Promise<number> => {
    const { rows } = await sql<{ count: number | string }>`select count(*) as count from sessions`.execute(db);
    return Number(rows[0]?.count);
  };

  it.skipIf(url === "")(
    "stops after the current batch on Ctrl+C, reports what it removed, and continues when run again",
    async () => {
      await fill(db, EXPIRED, LIVE);
      const [program, ...args] = COMMAND;
      const child = spawn(program, [...args, "sweep", "--url", url, "--batch", "10", "--json"]);
      const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
      await untilLess(count, EXPIRED + LIVE, child);
      child.kill("SIGINT");
      const [status] = await once(child, "close");
      const first = JSON.parse(await stdout);
      expect([status, await stderr]).toEqual([130, ""]);
      expect(first).toMatchObject({ expired: EXPIRED, interrupted: true });
      expect(first.removed).toBeGreaterThan(0);
      expect(first.removed % 10).toBe(0);
      expect(await count()).toBe(EXPIRED + LIVE - first.removed);

      const second = await coatcheck(["sweep", "--url", url, "--json"]);
      const left = EXPIRED - first.removed;
      expect(second.status).toBe(0);
      expect(JSON.parse(second.stdout)).toEqual({ expired: left, removed: left, interrupted: false });
      expect(await count()).toBe(LIVE);
      const third = await coatcheck(["sweep", "--url", url]);
      expect(third).toEqual({ status: 0, stdout: "0 expired sessions removed.\n", stderr: "" });
    },
  );
});

/** Inserts expired and live rows, a thousand per statement. */
async function fill(db: Kysely<unknown>, expired: number, live: number): Promise<void> {
  const rows = Array.from(
    { length: expired + live },
    (_, index) => [index, index < expired ? index + 1 : Date.now() * 2] as const,
  );
  for (let from = 0; from < rows.length; from += 1000) {
    const values = rows.slice(from, from + 1000).map(([index, expiresAt]) => {
      const key = String(index).padStart(43, "k");
      return sql`(${sql.lit(key)}, '{}', 1, 0, 0, ${sql.lit(expiresAt)})`;
    });
    const columns = sql`session_id, data, version, created_at, updated_at, expires_at`;
    await sql`insert into sessions (${columns}) values ${sql.join(values)}`.execute(db);
  }
}

/** Waits until there are fewer rows than the limit. */
async function untilLess(count: () => Promise<number>, limit: number, child: ChildProcess): Promise<void> {
  while ((await count()) >= limit) {
    if (child.exitCode !== null) throw new Error("The sweep ended before any row was seen to disappear.");
    await new Promise((resolve) => setImmediate(resolve));
  }
}
