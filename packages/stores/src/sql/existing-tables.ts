import { InvalidOptionError } from "@coatcheck/core";
import type { DatabaseIntrospector, TableMetadata } from "kysely";
import { isMissingColumn, isMissingTable } from "./statement-runner.ts";
import { COLUMNS, type SessionDatabase, type SessionTable } from "./table.ts";

/**
 * Nobody's own table of that name is to be taken for one of sessions, or dropped.
 *
 * @throws `INVALID_OPTION`
 */
export async function assertOurs(db: SessionDatabase, table: SessionTable): Promise<void> {
  if (!(await isThere(db, table))) return;
  // With the table before each: SQLite takes a quoted name that it does not know for a text.
  const columns = COLUMNS.map((column) => `mine.${column}` as const);
  try {
    await db.selectFrom(`${table} as mine`).select(columns).limit(0).execute();
  } catch (cause) {
    if (!isMissingColumn(cause)) throw cause;
    const rule = `migrate: there is a table "${table}" already, and it is not one of sessions. Give another name: migrate(db, { table: "…" })`;
    throw new InvalidOptionError(`${rule}.`, { cause });
  }
}

/** Knows whether `tables` are there, from asking each. */
export function introspectionOf(db: SessionDatabase, tables: readonly string[]): DatabaseIntrospector {
  return {
    getSchemas: async () => [],
    async getTables() {
      const found = await Promise.all(tables.map((name) => isThere(db, name)));
      return tables
        .filter((_, index) => found[index])
        .map((name): TableMetadata => ({ name, isView: false, isForeign: false, columns: [] }));
    },
  };
}

/** Whether there is a table of that name, from asking it. */
export async function isThere(db: SessionDatabase, name: string): Promise<boolean> {
  try {
    await db
      .selectFrom(name as "sessions")
      .select((select) => select.lit(1).as("one"))
      .limit(0)
      .execute();
    return true;
  } catch (error) {
    if (isMissingTable(error, name)) return false;
    throw error;
  }
}
