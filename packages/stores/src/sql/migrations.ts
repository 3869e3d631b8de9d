import type { Kysely } from "kysely";
import {
  type Migration,
  type MigrationProvider,
  type MigrationResult,
  Migrator,
  NO_MIGRATIONS,
} from "kysely/migration";
import { assertArgument } from "../assert-argument.ts";
import { toEngine } from "./engines.ts";
import { assertSessionTable, introspectorOf, tableExists } from "./existing-tables.ts";
import { SCHEMA_STEPS, type SchemaStatement } from "./schema-steps.ts";
import { type SqlTableOptions, toDatabase, toTable } from "./table.ts";

/** Options of {@link migrate} and {@link migrationSql}. */
export interface MigrateOptions extends SqlTableOptions {
  /** `"up"` creates or updates the table. `"down"` drops it with all sessions. @default "up" */
  readonly direction?: "up" | "down";
}

/**
 * Creates, updates or drops the session table. May be called at every start, and by several processes at once: a
 * migration that has run does not run again.
 *
 * @returns the migrations that ran now
 * @throws `INVALID_OPTION`, or the error of the driver
 */
export async function migrate<Database>(
  db: Kysely<Database>,
  options: MigrateOptions = {},
): Promise<readonly MigrationResult[]> {
  const direction = toDirection("migrate", options);
  const table = toTable("migrate", options);
  const sessions = toDatabase("migrate", db);
  const migrator = sqlMigrator(db, options);
  await assertSessionTable(sessions, table);
  const goDown = (): Promise<readonly MigrationResult[]> => runTwice(() => migrator.migrateTo(NO_MIGRATIONS));
  if (direction === "down") return goDown();
  const goUp = (): Promise<readonly MigrationResult[]> => runTwice(() => migrator.migrateToLatest());
  const results = await goUp();
  if (await tableExists(sessions, table)) return results;
  // The table was dropped by hand, but the migration tables say that it exists.
  await goDown();
  return goUp();
}

/** Runs a migration again after a failure: SQLite and D1 cannot lock it, and the loser of a race succeeds then. */
async function runTwice(run: () => ReturnType<Migrator["migrateToLatest"]>): Promise<readonly MigrationResult[]> {
  let { error, results = [] } = await run();
  if (error !== undefined) ({ error, results = [] } = await run());
  if (error !== undefined) throw error;
  return results;
}

/**
 * Returns Kysely's `Migrator` for the session table, for single steps and to see which migrations have run
 * (`getMigrations()`). It has migration tables of its own, `sessions_migrations` and `sessions_migration_lock`, because
 * a migrator reports an error when it finds migrations that it does not know. **Its methods do not throw: check `error`
 * in their results.**
 *
 * @throws `INVALID_OPTION`
 */
export function sqlMigrator<Database>(db: Kysely<Database>, options: SqlTableOptions = {}): Migrator {
  const table = toTable("sqlMigrator", options);
  const names = { migrationTableName: `${table}_migrations`, migrationLockTableName: `${table}_migration_lock` };
  const sessions = toDatabase("sqlMigrator", db);
  toEngine("sqlMigrator", sessions, table);
  // Kysely would list all tables. D1 forbids that for its internal tables, and tables of other schemas would match too.
  const introspection = introspectorOf(sessions, Object.values(names));
  const own = Object.defineProperty(sessions.withoutPlugins(), "introspection", { value: introspection });
  return new Migrator({ db: own, provider: sqlMigrations(options), ...names });
}

/**
 * Returns the migrations by name, for a migrator of your own. The names are `0001_…`. To order them among your own
 * migrations, take them from `getMigrations()` and rename them.
 *
 * @throws `INVALID_OPTION`
 */
export function sqlMigrations(options: SqlTableOptions = {}): MigrationProvider {
  const table = toTable("sqlMigrations", options);
  return {
    async getMigrations() {
      const migrations = Object.keys(SCHEMA_STEPS).map((name): [string, Migration] => [
        name,
        {
          up: (db) => execute(statementsOf(db, table, name, "up")),
          down: (db) => execute(statementsOf(db, table, name, "down")),
        },
      ]);
      return Object.fromEntries(migrations);
    },
  };
}

/**
 * Returns the statements of all migrations as text, in the SQL of the engine, for review or to run by hand. It does not
 * query the database. The statements are repeatable, so that a migrator may run afterwards.
 *
 * @throws `INVALID_OPTION`
 */
export function migrationSql<Database>(db: Kysely<Database>, options: MigrateOptions = {}): string {
  const direction = toDirection("migrationSql", options);
  const table = toTable("migrationSql", options);
  const sessions = toDatabase("migrationSql", db);
  const names = Object.keys(SCHEMA_STEPS);
  if (direction === "down") names.reverse();
  return names
    .map((name) => {
      const texts = statementsOf(sessions, table, name, direction).map((statement) =>
        withLineBreaks(statement.compile().sql),
      );
      return [`-- ${name}, ${direction}`, ...texts].join("\n");
    })
    .join("\n\n")
    .concat("\n");
}

function statementsOf<Database>(
  db: Kysely<Database>,
  table: string,
  name: string,
  direction: "up" | "down",
): readonly SchemaStatement[] {
  return SCHEMA_STEPS[name]?.[direction](db.schema, table, toEngine("migrate", db, table)) ?? [];
}

async function execute(statements: readonly SchemaStatement[]): Promise<void> {
  for (const statement of statements) await statement.execute();
}

/** Puts each column on a line of its own. Only white space changes, so that this is the statement that runs. */
function withLineBreaks(statement: string): string {
  const [, head, columns] = /^(create table [^(]*)\((.*)\)$/.exec(statement) ?? [];
  if (head === undefined || columns === undefined) return `${statement};`;
  return `${head}(\n  ${columns.split(", ").join(",\n  ")}\n);`;
}

function toDirection(caller: string, { direction = "up" }: MigrateOptions): "up" | "down" {
  assertArgument(direction === "up" || direction === "down", `${caller}: direction must be "up" or "down"`);
  return direction;
}
