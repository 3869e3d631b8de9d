import { SessionError } from "@coatcheck/core";
import type { Kysely } from "kysely";
import { toIso } from "../instants.ts";

/** A migration, and when it was done if it was. */
export interface MigrationStatus {
  readonly name: string;
  /** ISO 8601. */
  readonly doneAt?: string;
}

/** What has been done, by the migrator's books, and by whether the table is there. Changes nothing. */
export async function migrationStatus(
  db: Kysely<unknown>,
  options: { readonly table?: string },
): Promise<readonly MigrationStatus[]> {
  const { sqlMigrator, sqlStore } = await import("@coatcheck/stores/sql");
  const migrations = await sqlMigrator(db, options).getMigrations();
  // Somebody may have dropped the table by hand, and not the books; `migrate up` mends that.
  const isThere = await sqlStore(db, options)
    .countExpired(0)
    .then(() => true, isOtherThanMissing);
  return migrations.map(({ name, executedAt }) => {
    const doneAt = isThere ? toIso(executedAt?.getTime()) : undefined;
    return { name, ...(doneAt !== undefined && { doneAt }) };
  });
}

/** `false` for the error that the table is not there. @throws any other one */
function isOtherThanMissing(error: unknown): false {
  if (error instanceof SessionError && error.code === "NOT_MIGRATED") return false;
  throw error;
}
