import type { SqliteDatabase, SqliteStatement } from "kysely";
import { assertArgument } from "./assert-argument.ts";

/** What is used of `DatabaseSync` of `node:sqlite` (Node, Deno) and of `Database` of `bun:sqlite`. */
export interface SqliteClient {
  prepare(sql: string): SqliteClientStatement;
  close(): void;
}

/** A statement of either. */
export interface SqliteClientStatement {
  // Written as methods: what each of them takes for a value, only it knows.
  all(...parameters: never[]): unknown[];
  run(...parameters: never[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(...parameters: never[]): Iterable<unknown>;
  /** In `node:sqlite`. */
  columns?(): readonly unknown[];
  /** In `bun:sqlite`. */
  readonly columnNames?: readonly string[];
}

/**
 * A database of `node:sqlite` or `bun:sqlite` as Kysely's `SqliteDialect` takes it. Pragmas are the caller's:
 * `journal_mode = WAL` and a `busy_timeout` are what a server wants.
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
  assertArgument(columns !== undefined, "sqliteDatabase: node:sqlite of Node 22.16 or newer is needed, or bun:sqlite");
  return {
    reader: columns.length > 0,
    all: (parameters) => statement.all(...(parameters as never[])),
    run: (parameters) => statement.run(...(parameters as never[])),
    *iterate(parameters) {
      yield* statement.iterate(...(parameters as never[]));
    },
  };
}
