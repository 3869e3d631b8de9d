import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { SessionStore, SubjectIndex, Sweeper } from "@coatcheck/core";
import { migrate, sqlStore } from "@coatcheck/stores/sql";
import { sqliteDatabase } from "@coatcheck/stores/sqlite";
import { Kysely, SqliteDialect } from "kysely";
import { type DataFolder, dataError } from "./folder.ts";

/** The SQLite database of a shop. */
export interface ShopDatabase {
  readonly client: DatabaseSync;
  /** Opens a store in the table of that name, and creates the table if it does not exist. */
  openStore(table: string): Promise<SessionStore & SubjectIndex & Sweeper>;
  close(): void;
}

/** @param now - the clock, in epoch milliseconds. @throws StartError */
export function openDatabase({ database: path }: DataFolder, now: () => number = Date.now): ShopDatabase {
  const client = open(path);
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: sqliteDatabase(client) }) });
  return {
    client,
    async openStore(table) {
      await migrate(db, { table });
      return sqlStore(db, { table, now });
    },
    close: () => client.close(),
  };
}

function open(path: string): DatabaseSync {
  try {
    // Only the owner may read the file, whatever the folder allows. SQLite gives its other files the same mode.
    closeSync(openSync(path, "a", 0o600));
    // Two shops may share a folder: each waits up to 5000 ms for the writes of the other.
    const client = new DatabaseSync(path, { timeout: 5000 });
    client.exec("pragma journal_mode = wal");
    return client;
  } catch (error) {
    throw dataError(path, error);
  }
}
