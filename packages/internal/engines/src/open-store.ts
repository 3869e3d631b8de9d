import type { SessionStore } from "@coatcheck/core";
import { migrate, sqlStore } from "@coatcheck/stores/sql";
import { type Dialect, Kysely, MysqlDialect, PostgresDialect, SqliteDialect } from "kysely";

/** A store and its client. */
export interface OpenStore {
  readonly store: SessionStore;
  close(): unknown;
}

/** An engine whose sessions several processes can share. */
export type EngineName = keyof typeof OPENERS;

/**
 * Opens a store on each engine with its usual client, with the settings that a server needs. Each imports only its own
 * client, because test servers start slowly with all of them.
 */
const OPENERS = {
  async redis(url: string): Promise<OpenStore> {
    const { redisStore } = await import("@coatcheck/stores/redis");
    const { createClient } = await import("redis");
    const client = createClient({ url, disableOfflineQueue: true });
    // Without a listener, a broken connection would end the process.
    client.on("error", () => {});
    await client.connect();
    return { store: redisStore(client), close: () => client.destroy() };
  },
  async postgres(connectionString: string): Promise<OpenStore> {
    const { Pool } = await import("pg");
    const pool = new Pool({ connectionString, max: 10 });
    // As above. The pool itself reports the errors of idle clients only.
    pool.on("error", () => {});
    pool.on("connect", (connected) => connected.on("error", () => {}));
    return openSql(new PostgresDialect({ pool }));
  },
  async mariadb(uri: string): Promise<OpenStore> {
    const { createPool } = await import("mysql2");
    return openSql(new MysqlDialect({ pool: createPool({ uri }) }));
  },
  async sqlite(file: string): Promise<OpenStore> {
    const { sqliteDatabase } = await import("@coatcheck/stores/sqlite");
    const { DatabaseSync } = await import("node:sqlite");
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
