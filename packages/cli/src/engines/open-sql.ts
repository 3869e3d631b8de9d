import { existsSync } from "node:fs";
import type { Dialect, Kysely, MysqlPool, PostgresPool } from "kysely";
import { EngineError } from "../cli-error.ts";
import type { FileTarget, SqlTarget } from "./engine-target.ts";
import { findDriver } from "./find-driver.ts";

/** A pool that emits an error when an idle connection breaks. */
interface ErrorEmitter {
  on(event: "error", listener: () => void): unknown;
}

/**
 * A Kysely instance for the database, which is not connected yet. Kysely and the drivers are loaded here and not earlier,
 * because most commands need none.
 *
 * @param mayCreate - whether a missing SQLite file is created
 * @throws `MISSING_DRIVER`, `MISSING_FILE`
 */
export async function openSql(target: SqlTarget, cwd: string, mayCreate: boolean): Promise<Kysely<unknown>> {
  const { Kysely } = await import("kysely");
  return new Kysely<unknown>({ dialect: await toDialect(target, cwd, mayCreate) });
}

async function toDialect(target: SqlTarget, cwd: string, mayCreate: boolean): Promise<Dialect> {
  const { MysqlDialect, PostgresDialect } = await import("kysely");
  if (target.engine === "sqlite") return toSqliteDialect(target, mayCreate);
  if (target.engine === "postgres") {
    const { Pool } = findDriver(cwd, "PostgreSQL", ["pg"]).driver as {
      Pool: new (options: object) => PostgresPool & ErrorEmitter;
    };
    const pool = new Pool({ connectionString: target.url });
    // Without a listener, a broken connection would end the process. Its statement fails anyway.
    pool.on("error", () => undefined);
    return new PostgresDialect({ pool });
  }
  const { createPool } = findDriver(cwd, "MySQL or MariaDB", ["mysql2"]).driver as {
    createPool: (options: object) => MysqlPool;
  };
  return new MysqlDialect({ pool: createPool({ uri: target.url }) });
}

async function toSqliteDialect({ file, name, shown }: FileTarget, mayCreate: boolean): Promise<Dialect> {
  if (!mayCreate && !existsSync(file)) {
    const command = `coatcheck migrate up --url "${shown}"`;
    throw new EngineError("MISSING_FILE", `There is no ${name}. Is the path right? To create it: ${command}`);
  }
  const [{ SqliteDialect }, { sqliteDatabase }] = await Promise.all([
    import("kysely"),
    import("@coatcheck/stores/sqlite"),
  ]);
  const { DatabaseSync } = await import("node:sqlite").catch((cause: unknown) => {
    const message = `SQLite requires Node 22.16 or newer. This is ${process.version}.`;
    throw new EngineError("MISSING_DRIVER", message, { cause });
  });
  // The timeout waits for a server that is writing.
  return new SqliteDialect({ database: sqliteDatabase(new DatabaseSync(file, { timeout: 5000 })) });
}
