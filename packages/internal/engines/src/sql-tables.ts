import { migrationSql } from "@coatcheck/stores/sql";
import { CompiledQuery, type Kysely } from "kysely";

/** A table name that no other test uses. */
export function uniqueTable(): string {
  return `t_${crypto.randomUUID().replaceAll("-", "")}`;
}

/** Creates an empty session table and returns its name. Faster than `migrate`, which needs tables of its own. */
export async function freshTable(db: Kysely<unknown>): Promise<string> {
  const table = uniqueTable();
  await executeScript(db, migrationSql(db, { table }));
  return table;
}

/** Executes one statement and returns its rows. */
export async function execute(db: Kysely<unknown>, statement: string): Promise<readonly unknown[]> {
  return (await db.executeQuery(CompiledQuery.raw(statement))).rows;
}

/** Executes the statements of a text in the format of `migrationSql`. */
export async function executeScript(db: Kysely<unknown>, script: string): Promise<void> {
  for (const statement of script.split(";\n").map((text) => text.trim())) {
    if (statement !== "") await execute(db, statement);
  }
}
