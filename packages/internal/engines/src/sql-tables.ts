import { migrate } from "@coatcheck/stores/sql";
import type { Kysely } from "kysely";

/** A table name that no other test uses. */
export function uniqueTable(): string {
  return `t_${crypto.randomUUID().replaceAll("-", "")}`;
}

/** Creates an empty session table and returns its name. */
export async function freshTable(db: Kysely<unknown>): Promise<string> {
  const table = uniqueTable();
  await migrate(db, { table });
  return table;
}
