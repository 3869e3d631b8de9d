import { DatabaseSync } from "node:sqlite";
import type { SessionStore } from "@coatcheck/core";
import { redisStore } from "@coatcheck/stores/redis";
import { migrate, sqlStore } from "@coatcheck/stores/sql";
import { sqliteDatabase } from "@coatcheck/stores/sqlite";
import { type Dialect, Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from "kysely";
import { createPool } from "mysql2";
import { Pool } from "pg";
import { createClient } from "redis";

/** A store and its client. */
export interface OpenStore {
  readonly store: SessionStore;
  close(): unknown;
}

/** An engine whose sessions several processes can share. */
export type EngineName = keyof typeof OPENERS;

/** Opens a store on each engine with its usual client, with the settings that a server needs. */
const OPENERS = {
  async redis(url: string): Promise<OpenStore> {
    const client = createClient({ url, disableOfflineQueue: true });
    // Without a listener, a broken connection would end the process.
    client.on("error", () => {});
    await client.connect();
    return { store: redisStore(client), close: () => client.destroy() };
  },
  postgres(connectionString: string): Promise<OpenStore> {
    const pool = new Pool({ connectionString, max: 10 });
    // As above. The pool itself reports the errors of idle clients only.
    pool.on("error", () => {});
    pool.on("connect", (connected) => connected.on("error", () => {}));
    return openSql(new PostgresDialect({ pool }));
  },
  mariadb: (uri: string): Promise<OpenStore> => openSql(new MysqlDialect({ pool: createPool({ uri }) })),
  sqlite(file: string): Promise<OpenStore> {
    const database = new DatabaseSync(file, { timeout: 5_000 });
    database.exec("pragma journal_mode = wal; pragma synchronous = normal");
    return openSql(new SqliteDialect({ database: sqliteDatabase(database) }));
  },
};

/**
 * Opens a store on an engine.
 *
 * @param url - the URL of the engine or of its proxy, or the file of SQLite
 */
export function openStore(engine: EngineName, url: string): Promise<OpenStore> {
  return OPENERS[engine](url);
}

async function openSql(dialect: Dialect): Promise<OpenStore> {
  const db = new Kysely<unknown>({ dialect });
  await migrate(db);
  return { store: sqlStore(db), close: () => db.destroy() };
}
