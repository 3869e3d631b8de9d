import type { ColumnType, Generated, Kysely } from "kysely";
import { assertArgument } from "../assert-argument.ts";

/** Options of everything that works on the table of sessions. */
export interface SqlTableOptions {
  /**
   * The table's name, or `schema.table`. Letters, digits and underscores, not beginning with a digit, 48 at most each,
   * which leaves room for the names of its indexes.
   * @default "sessions"
   */
  readonly table?: string;
}

/** PostgreSQL's and MySQL's drivers may give a 64-bit integer back as a string or a bigint. */
type Int64 = ColumnType<string | number | bigint, number, number>;

/** A row. Instants are epoch milliseconds. */
export interface SessionRow {
  readonly id: Generated<string | number | bigint>;
  /** The store key: SHA-256 of the session id. */
  readonly session_id: string;
  readonly data: string;
  readonly version: Int64;
  /** Bytes on MySQL, where text compares loosely. */
  readonly subject: ColumnType<string | Uint8Array | null, string | null, string | null>;
  readonly created_at: Int64;
  /** When the data was last written; a touch is none. For people who look at the table, the store never reads it. */
  readonly updated_at: Int64;
  readonly expires_at: Int64;
  readonly authenticated_at: ColumnType<string | number | bigint | null, number | null, number | null>;
}

/** The columns that a session is kept in. */
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

/** The table under the one name that the types know; at run time its name is the option's. */
export type SessionTable = "sessions";

/** The user's database, as far as it concerns us. */
export type SessionDatabase = Kysely<Record<SessionTable, SessionRow>>;

/** @throws `INVALID_OPTION` */
export function toTable(caller: string, options: SqlTableOptions): SessionTable {
  assertArgument(typeof options === "object" && options !== null, `${caller}: options must be an object`);
  const { table = "sessions" } = options;
  const name = "[a-z_][a-z0-9_]{0,47}";
  assertArgument(
    typeof table === "string" && new RegExp(`^${name}(\\.${name})?$`, "i").test(table),
    `${caller}: table takes a name, or schema.name, of letters, digits and underscores, 48 at most`,
  );
  return table as SessionTable;
}

/**
 * The user's database without their plugins, which rename columns (`CamelCasePlugin`) or parse what is in them
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
