import { DatabaseSync } from "node:sqlite";
import { sqliteDatabase } from "@coatcheck/stores/sqlite";
import { CompiledQuery, Kysely, PostgresDialect, SqliteDialect } from "kysely";
import { Pool } from "pg";

/** A kind of database that {@link openDatabase} opens. */
export type DatabaseKind = keyof typeof OPENERS;

/** Opens each database with its usual client and the settings of a server. */
const OPENERS = {
  postgres(connectionString: string): Kysely<unknown> {
    const pool = new Pool({ connectionString, max: 10 });
    // The server may stop before its idle clients do. Their errors do not matter.
    pool.on("error", () => {});
    return new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  },
  sqlite(file: string): Kysely<unknown> {
    const database = new DatabaseSync(file, { timeout: 5_000 });
    database.exec("pragma journal_mode = wal");
    // SQLite's manual recommends this for WAL. Waiting for the disk at each commit would hide what grows with the table.
    database.exec("pragma synchronous = normal");
    return new Kysely<unknown>({ dialect: new SqliteDialect({ database: sqliteDatabase(database) }) });
  },
};

/** @param url - the URL of a server; for SQLite, the path of a file */
export function openDatabase(kind: DatabaseKind, url: string): Kysely<unknown> {
  return OPENERS[kind](url);
}

/** Runs one SQL statement. */
export async function execute(db: Kysely<unknown>, statement: string): Promise<readonly unknown[]> {
  return (await db.executeQuery(CompiledQuery.raw(statement))).rows;
}
