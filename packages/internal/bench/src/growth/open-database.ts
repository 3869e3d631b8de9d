import { DatabaseSync } from "node:sqlite";
import { sqliteDatabase } from "@coatcheck/stores/sqlite";
import { CompiledQuery, Kysely, PostgresDialect, SqliteDialect } from "kysely";
import { Pool } from "pg";

/** A kind of database that {@link openDatabase} opens. */
export type DatabaseKind = keyof typeof OPENERS;

/** Each by its usual client, with the settings that a server would use. */
const OPENERS = {
  postgres(connectionString: string): Kysely<unknown> {
    const pool = new Pool({ connectionString, max: 10 });
    // The server may be gone before its idle clients are; nobody waits for those.
    pool.on("error", () => {});
    return new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  },
  sqlite(file: string): Kysely<unknown> {
    const database = new DatabaseSync(file, { timeout: 5_000 });
    database.exec("pragma journal_mode = wal");
    // As SQLite's manual advises for WAL. To wait for the disk at each commit would hide what grows with the table.
    database.exec("pragma synchronous = normal");
    return new Kysely<unknown>({ dialect: new SqliteDialect({ database: sqliteDatabase(database) }) });
  },
};

/** @param url - of a server; the path of a file for SQLite */
export function openDatabase(kind: DatabaseKind, url: string): Kysely<unknown> {
  return OPENERS[kind](url);
}

/** Runs one statement, as it is written. */
export async function execute(db: Kysely<unknown>, statement: string): Promise<readonly unknown[]> {
  return (await db.executeQuery(CompiledQuery.raw(statement))).rows;
}
