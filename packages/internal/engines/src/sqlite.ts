import { type SqliteClient, sqliteDatabase } from "@coatcheck/stores/sqlite";
import { SqliteDialect } from "kysely";
import type { SqlConnection } from "./sql-connection.ts";

interface SqliteModule {
  readonly DatabaseSync?: new (path: string, options?: object) => SqliteClient;
  readonly Database?: new (path: string, options?: object) => SqliteClient;
}

export const sqliteName: string = "Bun" in globalThis ? "bun:sqlite" : "node:sqlite";

/** Opens a database with the built-in SQLite of this runtime. */
export async function openSqlite(path: string, options?: object): Promise<SqliteClient> {
  const { DatabaseSync, Database }: SqliteModule = await import(/* @vite-ignore */ sqliteName);
  const Client = DatabaseSync ?? Database;
  if (Client === undefined) throw new Error(`${sqliteName} has no database`);
  const client = options === undefined ? new Client(path) : new Client(path, options);
  client.prepare("pragma busy_timeout = 5000").all();
  client.prepare("pragma journal_mode = wal").all();
  // Without an fsync per commit, which takes most of the time of a test.
  client.prepare("pragma synchronous = normal").all();
  return client;
}

/**
 * Opens a database for Kysely.
 *
 * @param path - a file, or ":memory:" for a database with a single connection
 */
export async function connectSqlite(path: string): Promise<SqlConnection> {
  const client = await openSqlite(path);
  return {
    dialect: new SqliteDialect({ database: sqliteDatabase(client) }),
    ...(path !== ":memory:" && { connectPeer: () => connectSqlite(path) }),
    close: () => client.close(),
  };
}
