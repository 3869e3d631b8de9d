import type { ColumnType, Generated, Kysely } from "kysely";
import { assertArgument } from "../assert-argument.ts";

/** Options of all functions that use the session table. */
export interface SqlTableOptions {
  /**
   * The name of the table, or `schema.table`. Each name has at most 48 letters, digits and underscores and does not
   * begin with a digit. The limit leaves room for the names of the indexes.
   * @default "sessions"
   */
  readonly table?: string;
}

/** The drivers of PostgreSQL and MySQL may return a 64-bit integer as a string or a bigint. */
type Int64 = ColumnType<string | number | bigint, number, number>;

/** A row of the table. Instants are epoch milliseconds. */
export interface SessionRow {
  readonly id: Generated<string | number | bigint>;
  /** The store key: SHA-256 of the session id. */
  readonly session_id: string;
  readonly data: string;
  readonly version: Int64;
  /** Bytes on MySQL, whose text comparison ignores differences. */
  readonly subject: ColumnType<string | Uint8Array | null, string | null, string | null>;
  readonly created_at: Int64;
  /** The last write of data; a touch does not count. For people who look at the table: the store never reads it. */
  readonly updated_at: Int64;
  readonly expires_at: Int64;
  readonly authenticated_at: ColumnType<string | number | bigint | null, number | null, number | null>;
}

/** The columns that hold a session. */
export type SessionColumn = Exclude<keyof SessionRow, "id" | "updated_at">;

export const COLUMNS: readonly SessionColumn[] = [
  "session_id",
  "data",
  "version",
  "subject",
  "created_at",
  "expires_at",
  "authenticated_at",
];

/** The name of the table for the types. At run time its name is the one in the options. */
export type SessionTable = "sessions";

/** The user's database, reduced to the session table. */
export type SessionDatabase = Kysely<Record<SessionTable, SessionRow>>;

/** @throws `INVALID_OPTION` */
export function toTable(caller: string, options: SqlTableOptions): SessionTable {
  assertArgument(typeof options === "object" && options !== null, `${caller}: options must be an object`);
  const { table = "sessions" } = options;
  const name = "[a-z_][a-z0-9_]{0,47}";
  assertArgument(
    typeof table === "string" && new RegExp(`^${name}(\\.${name})?$`, "i").test(table),
    `${caller}: table must be a name, or schema.name, of at most 48 letters, digits and underscores each`,
  );
  return table as SessionTable;
}

/**
 * The user's database without its plugins, which may rename columns (`CamelCasePlugin`) or parse their values
 * (`ParseJSONResultsPlugin`).
 *
 * @throws `INVALID_OPTION`
 */
export function toDatabase<Database>(caller: string, db: Kysely<Database>): SessionDatabase {
  assertArgument(
    typeof db?.withoutPlugins === "function" && !db.isTransaction,
    `${caller}: the first argument must be a Kysely, not a transaction: ${caller}(new Kysely({ dialect }))`,
  );
  return db.withoutPlugins() as unknown as SessionDatabase;
}
