import { Command, Option } from "commander";
import { addSqlOptions, type EngineOptions, sqlTargetOf } from "../engines/engine-options.ts";
import type { CliIo } from "../io.ts";
import { type OutputOptions, writeResult } from "../output.ts";

type SqlDialect = "postgres" | "mysql" | "sqlite";

interface MigrateSqlOptions extends EngineOptions, OutputOptions {
  readonly dialect?: SqlDialect;
  readonly down?: boolean;
}

const EXAMPLES = `
Examples:
  coatcheck migrate sql --dialect postgres > migrations/0007_sessions.sql
  coatcheck migrate sql --dialect mysql --table auth_sessions
  coatcheck migrate sql --dialect sqlite --down

For MariaDB, use --dialect mysql.`;

/** `coatcheck migrate sql`: prints the statements, for review or to run them by hand. */
export function migrateSqlCommand(io: CliIo): Command {
  return addSqlOptions(new Command("sql"))
    .summary("print the SQL statements")
    .description(
      "Print the statements of all migrations, for review or for your own migration tool. No database is contacted.",
    )
    .addOption(new Option("--dialect <name>", "the SQL dialect").choices(["postgres", "mysql", "sqlite"]))
    .option("--down", "print the statements that remove the table")
    .option("--json", "print JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (options: MigrateSqlOptions) => {
      const { table, down } = options;
      const dialect = options.dialect ?? sqlTargetOf(io, options).engine;
      const { migrationSql } = await import("@coatcheck/stores/sql");
      const direction = down ? "down" : "up";
      const sql = migrationSql(await offlineKysely(dialect), { direction, ...(table !== undefined && { table }) });
      writeResult(io, options, { dialect, direction, sql }, sql.trimEnd());
    });
}

/** A Kysely instance with a dialect and without a database. */
async function offlineKysely(dialect: SqlDialect) {
  const kysely = await import("kysely");
  const { createAdapter, createQueryCompiler, createIntrospector } = {
    postgres: () => new kysely.PostgresDialect({ pool: noPool }),
    mysql: () => new kysely.MysqlDialect({ pool: noPool }),
    sqlite: () => new kysely.SqliteDialect({ database: noPool }),
  }[dialect]();
  const createDriver = () => new kysely.DummyDriver();
  return new kysely.Kysely<unknown>({
    dialect: { createAdapter, createQueryCompiler, createIntrospector, createDriver },
  });
}

/** The dialects require it, and never call it. */
async function noPool(): Promise<never> {
  throw new Error("No database is contacted.");
}
