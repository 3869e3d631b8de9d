import type { Kysely } from "kysely";
import {
  type Migration,
  type MigrationProvider,
  type MigrationResult,
  Migrator,
  NO_MIGRATIONS,
} from "kysely/migration";
import { assertArgument } from "../assert-argument.ts";
import { assertOurs, introspectionOf, isThere } from "./existing-tables.ts";
import { SCHEMA_STEPS, type SchemaStatement, toEngine } from "./schema-steps.ts";
import { type SqlTableOptions, toDatabase, toTable } from "./table.ts";

/** Options of {@link migrate} and {@link migrationSql}. */
export interface MigrateOptions extends SqlTableOptions {
  /** `"up"` makes the table, or brings it up to date. `"down"` removes it, and all sessions. @default "up" */
  readonly direction?: "up" | "down";
}

/**
 * Makes the table of sessions, brings it up to date, or removes it. May be called at each start and from several places
 * at once: what is done already is not done again.
 *
 * @returns what was done now
 * @throws `INVALID_OPTION`, or what the engine's driver says
 */
export async function migrate<Database>(
  db: Kysely<Database>,
  options: MigrateOptions = {},
): Promise<readonly MigrationResult[]> {
  const direction = toDirection("migrate", options);
  const table = toTable("migrate", options);
  const sessions = toDatabase("migrate", db);
  const migrator = sqlMigrator(db, options);
  await assertOurs(sessions, table);
  const goDown = (): Promise<readonly MigrationResult[]> => take(() => migrator.migrateTo(NO_MIGRATIONS));
  if (direction === "down") return goDown();
  const goUp = (): Promise<readonly MigrationResult[]> => take(() => migrator.migrateToLatest());
  const results = await goUp();
  if (await isThere(sessions, table)) return results;
  // The books say that it is there, and somebody dropped it by hand.
  await goDown();
  return goUp();
}

/** SQLite and D1 have no lock for it: whoever loses a race to the bookkeeping finds at a second look that it is done. */
async function take(run: () => ReturnType<Migrator["migrateToLatest"]>): Promise<readonly MigrationResult[]> {
  let { error, results = [] } = await run();
  if (error !== undefined) ({ error, results = [] } = await run());
  if (error !== undefined) throw error;
  return results;
}

/**
 * Kysely's `Migrator` for the table of sessions, for single steps and to see what has been done (`getMigrations()`).
 * It keeps books in tables of its own, `sessions_migrations` and `sessions_migration_lock`, since a migrator calls
 * books corrupted that hold somebody else's migrations. **Its methods do not throw: look at `error` in what they
 * resolve to.**
 *
 * @throws `INVALID_OPTION`
 */
export function sqlMigrator<Database>(db: Kysely<Database>, options: SqlTableOptions = {}): Migrator {
  const table = toTable("sqlMigrator", options);
  const books = { migrationTableName: `${table}_migrations`, migrationLockTableName: `${table}_migration_lock` };
  const sessions = toDatabase("sqlMigrator", db);
  toEngine("sqlMigrator", sessions, table);
  // Kysely would list every table that there is, which D1 forbids for its own, and which finds a name in any schema.
  const introspection = introspectionOf(sessions, Object.values(books));
  const own = Object.defineProperty(sessions.withoutPlugins(), "introspection", { value: introspection });
  return new Migrator({ db: own, provider: sqlMigrations(options), ...books });
}

/**
 * The migrations by name, for a migrator of the user's. The names are `0001_…`; where they have to fit in with others,
 * take the migrations out of `getMigrations()` and give them names of your own.
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
 * The statements of all migrations as text, for review or to run by hand, in the language of the engine. Nothing is
 * asked of the database. They can be run again, so a migrator may be used afterwards.
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
      const texts = statementsOf(sessions, table, name, direction).map((statement) => layOut(statement.compile().sql));
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

/** A line for each column. White space only: it stays the statement that is executed. */
function layOut(statement: string): string {
  const [, head, columns] = /^(create table [^(]*)\((.*)\)$/.exec(statement) ?? [];
  if (head === undefined || columns === undefined) return `${statement};`;
  return `${head}(\n  ${columns.split(", ").join(",\n  ")}\n);`;
}

function toDirection(caller: string, { direction = "up" }: MigrateOptions): "up" | "down" {
  assertArgument(direction === "up" || direction === "down", `${caller}: direction must be "up" or "down"`);
  return direction;
}
