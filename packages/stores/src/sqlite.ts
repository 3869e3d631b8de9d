import type { SqliteDatabase, SqliteStatement } from "kysely";
import { assertArgument } from "./assert-argument.ts";

/** The part of `DatabaseSync` of `node:sqlite` (Node, Deno) and of `Database` of `bun:sqlite` that the store uses. */
export interface SqliteClient {
  prepare(sql: string): SqliteClientStatement;
  close(): void;
}

/** A prepared statement of either client. */
export interface SqliteClientStatement {
  // Methods, not properties: each client has its own type for values, and only methods are assignable then.
  all(...parameters: never[]): unknown[];
  run(...parameters: never[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(...parameters: never[]): Iterable<unknown>;
  /** In `node:sqlite`. */
  columns?(): readonly unknown[];
  /** In `bun:sqlite`. */
  readonly columnNames?: readonly string[];
}

/**
 * Adapts a database of `node:sqlite` or `bun:sqlite` to Kysely's `SqliteDialect`. Pragmas are up to the caller: servers
 * need `journal_mode = WAL` and a `busy_timeout`.
 *
 * @throws `INVALID_OPTION`
 * @example new Kysely({ dialect: new SqliteDialect({ database: sqliteDatabase(new DatabaseSync("sessions.db")) }) })
 */
export function sqliteDatabase(client: SqliteClient): SqliteDatabase {
  assertArgument(
    typeof client?.prepare === "function",
    'sqliteDatabase: the argument must be a database: sqliteDatabase(new DatabaseSync("sessions.db"))',
  );
  return {
    close: () => client.close(),
    prepare: (sql) => toStatement(client.prepare(sql)),
  };
}

function toStatement(statement: SqliteClientStatement): SqliteStatement {
  const columns = statement.columns?.() ?? statement.columnNames;
  assertArgument(columns !== undefined, "sqliteDatabase needs node:sqlite of Node 22.16 or newer, or bun:sqlite");
  return {
    reader: columns.length > 0,
    all: (parameters) => statement.all(...(parameters as never[])),
    run: (parameters) => statement.run(...(parameters as never[])),
    *iterate(parameters) {
      yield* statement.iterate(...(parameters as never[]));
    },
  };
}
