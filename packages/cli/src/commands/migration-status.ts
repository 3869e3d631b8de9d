import { SessionError } from "@coatcheck/core";
import { toIso } from "@coatcheck/inspector/cookie";
import type { Kysely } from "kysely";

/** A migration, and when it was done. */
export interface MigrationStatus {
  readonly name: string;
  /** ISO 8601. Missing if the migration is pending. */
  readonly doneAt?: string;
}

/** The state of all migrations, by the session table and by what the migrator recorded. Changes nothing. */
export async function migrationStatus(
  db: Kysely<unknown>,
  options: { readonly table?: string },
): Promise<readonly MigrationStatus[]> {
  const { sqlMigrator, sqlStore } = await import("@coatcheck/stores/sql");
  const migrations = await sqlMigrator(db, options).getMigrations();
  // The table may have been dropped by hand, without the records of the migrator. `migrate up` creates it again.
  const exists = await sqlStore(db, options)
    .countExpired(0)
    .then(() => true, falseIfNotMigrated);
  return migrations.map(({ name, executedAt }) => {
    const doneAt = exists ? toIso(executedAt?.getTime()) : undefined;
    return { name, ...(doneAt !== undefined && { doneAt }) };
  });
}

/** `false` if the error says that there is no table. @throws any other error */
function falseIfNotMigrated(error: unknown): false {
  if (error instanceof SessionError && error.code === "NOT_MIGRATED") return false;
  throw error;
}
