import { type SqliteClient, sqliteDatabase } from "@coatcheck/stores/sqlite";
import { SqliteDialect } from "kysely";
import type { SqlConnection } from "./sql-connection.ts";

interface SqliteModule {
  readonly DatabaseSync?: new (path: string, options?: object) => SqliteClient;
  readonly Database?: new (path: string, options?: object) => SqliteClient;
}

export const sqliteName: string = "Bun" in globalThis ? "bun:sqlite" : "node:sqlite";

/** A database of this runtime's own SQLite. */
export async function openSqlite(path: string, options?: object): Promise<SqliteClient> {
  const { DatabaseSync, Database }: SqliteModule = await import(/* @vite-ignore */ sqliteName);
  const Client = DatabaseSync ?? Database;
  if (Client === undefined) throw new Error(`${sqliteName} has no database`);
  const client = options === undefined ? new Client(path) : new Client(path, options);
  client.prepare("pragma busy_timeout = 5000").all();
  client.prepare("pragma journal_mode = wal").all();
  return client;
}

/** @param path - ":memory:" for a database that nobody else can reach */
export async function connectSqlite(path: string): Promise<SqlConnection> {
  const client = await openSqlite(path);
  return {
    dialect: new SqliteDialect({ database: sqliteDatabase(client) }),
    ...(path !== ":memory:" && { connectPeer: () => connectSqlite(path) }),
    close: () => client.close(),
  };
}
