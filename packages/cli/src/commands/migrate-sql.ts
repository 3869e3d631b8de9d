import { Command, Option } from "commander";
import { addSqlOptions, type EngineOptions, sqlTargetOf } from "../engines/engine-options.ts";
import type { CliIo } from "../io.ts";
import { giveResult, type OutputOptions } from "../output.ts";

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

MariaDB takes --dialect mysql.`;

/** `coatcheck migrate sql`: the statements, for review or to run by hand. */
export function migrateSqlCommand(io: CliIo): Command {
  return addSqlOptions(new Command("sql"))
    .summary("print the statements")
    .description(
      "Print the statements of all migrations, for review or for a migrator of your own. No database is asked.",
    )
    .addOption(new Option("--dialect <name>", "whose SQL").choices(["postgres", "mysql", "sqlite"]))
    .option("--down", "the statements that remove the table")
    .option("--json", "print JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (options: MigrateSqlOptions) => {
      const { table, down } = options;
      const dialect = options.dialect ?? sqlTargetOf(io, options).engine;
      const { migrationSql } = await import("@coatcheck/stores/sql");
      const direction = down ? "down" : "up";
      const sql = migrationSql(await offline(dialect), { direction, ...(table !== undefined && { table }) });
      giveResult(io, options, { dialect, direction, sql }, sql.trimEnd());
    });
}

/** A Kysely that knows a language and no database. */
async function offline(dialect: SqlDialect) {
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

/** Is never called. */
async function noPool(): Promise<never> {
  throw new Error("no database is asked");
}
