import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "@coatcheck/engines";
import type { GrowthEngine } from "./engine.ts";
import { fillTable } from "./fill-table.ts";
import { execute, openDatabase } from "./open-database.ts";

export async function startPostgresEngine(): Promise<GrowthEngine> {
  const engine = await startPostgres();
  const db = openDatabase("postgres", engine.url);
  // Autovacuum would start some time after rows have changed, during a round. `runMaintenance` does its work.
  await execute(db, "alter system set autovacuum = off");
  await execute(db, "select pg_reload_conf()");
  return {
    version: engine.version,
    async fill(count) {
      const filled = await fillTable(db, { kind: "postgres", url: engine.url, table: `size_${count}` }, count);
      await execute(db, "vacuum analyze");
      await execute(db, "checkpoint");
      return filled;
    },
    async runMaintenance() {
      await execute(db, "vacuum");
    },
    async stop() {
      await db.destroy();
      await engine.stop();
    },
  };
}

export async function startSqliteEngine(): Promise<GrowthEngine> {
  const folder = mkdtempSync(join(tmpdir(), "coatcheck-growth-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  const file = join(folder, "sessions.db");
  const db = openDatabase("sqlite", file);
  const [row] = await execute(db, "select sqlite_version() as version");
  return {
    version: `SQLite ${(row as { readonly version: string }).version}`,
    async fill(count) {
      // Keys are in random order. With a cache as large as the indexes, a transaction writes each page only once.
      const [before] = await execute(db, "pragma cache_size");
      await execute(db, "pragma cache_size = -256000");
      const filled = await fillTable(db, { kind: "sqlite", url: file, table: `size_${count}` }, count);
      await execute(db, `pragma cache_size = ${(before as { readonly cache_size: number }).cache_size}`);
      await execute(db, "analyze");
      return filled;
    },
    async runMaintenance() {
      await execute(db, "pragma wal_checkpoint(truncate)");
    },
    async stop() {
      await db.destroy();
      process.off("exit", remove);
      remove();
    },
  };
}
