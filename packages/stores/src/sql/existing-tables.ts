import { InvalidOptionError } from "@coatcheck/core";
import type { DatabaseIntrospector, TableMetadata } from "kysely";
import { isMissingColumn, isMissingTable } from "./driver-errors.ts";
import { COLUMNS, type SessionDatabase, type SessionTable } from "./table.ts";

/**
 * Makes sure that the table is missing or is a session table, so that no migration uses or drops another program's
 * table.
 *
 * @throws `INVALID_OPTION`
 */
export async function assertSessionTable(db: SessionDatabase, table: SessionTable): Promise<void> {
  if (!(await tableExists(db, table))) return;
  // Each column with its table: SQLite takes an unknown quoted name for a string.
  const columns = COLUMNS.map((column) => `mine.${column}` as const);
  try {
    await db.selectFrom(`${table} as mine`).select(columns).limit(0).execute();
  } catch (cause) {
    if (!isMissingColumn(cause)) throw cause;
    const message = `migrate: the table "${table}" already exists and is not a session table. Choose another name: migrate(db, { table: "…" })`;
    throw new InvalidOptionError(`${message}.`, { cause });
  }
}

/** An introspector that knows only these tables. It queries each of them to find out whether it exists. */
export function introspectorOf(db: SessionDatabase, tables: readonly string[]): DatabaseIntrospector {
  return {
    getSchemas: async () => [],
    async getTables() {
      const exist = await Promise.all(tables.map((name) => tableExists(db, name)));
      return tables
        .filter((_, index) => exist[index])
        .map((name): TableMetadata => ({ name, isView: false, isForeign: false, columns: [] }));
    },
  };
}

/** Queries a table to find out whether it exists. */
export async function tableExists(db: SessionDatabase, name: string): Promise<boolean> {
  try {
    await db
      .selectFrom(name as SessionTable)
      .select((select) => select.lit(1).as("one"))
      .limit(0)
      .execute();
    return true;
  } catch (error) {
    if (isMissingTable(error, name)) return false;
    throw error;
  }
}
