import { Command } from "commander";
import { UsageError } from "../cli-error.ts";
import { addSqlOptions, type EngineOptions, sqlTargetOf, URL_HELP } from "../engines/engine-options.ts";
import { withSql } from "../engines/with-engine.ts";
import { exitCodes } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import { isTerminal, type OutputOptions, toTable, writeRemark, writeResult } from "../output.ts";
import { migrateSqlCommand } from "./migrate-sql.ts";
import { migrationStatus } from "./migration-status.ts";

interface MigrateOptions extends EngineOptions, OutputOptions {
  readonly yes?: boolean;
}

/** `coatcheck migrate`: creates, updates and removes the session table in a SQL database. */
export function migrateCommand(io: CliIo): Command {
  const command = new Command("migrate")
    .summary("create or remove the session table in a SQL database")
    .description("Create, update or remove the session table in PostgreSQL, MySQL, MariaDB or SQLite.")
    .addHelpText("after", URL_HELP);

  addSqlOptions(command.command("up"))
    .summary("create or update the table")
    .description("Create or update the table. Migrations that are done already are skipped.")
    .option("--json", "print JSON")
    .addHelpText("after", examplesOf("coatcheck migrate up --url sqlite:sessions.db"))
    .action((options: MigrateOptions) => up(io, options));

  addSqlOptions(command.command("down"))
    .summary("remove the table and all sessions")
    .description(
      "Remove the table and all sessions in it. Asks for confirmation; outside a terminal, --yes is required.",
    )
    .option("--yes", "do not ask")
    .option("--json", "print JSON")
    .addHelpText("after", examplesOf("coatcheck migrate down --url sqlite:sessions.db --yes"))
    .action((options: MigrateOptions) => down(io, options));

  addSqlOptions(command.command("status"))
    .summary("list the migrations, done and pending")
    .description("List the migrations, and whether each is done. The exit code is 1 if one is pending.")
    .option("--json", "print JSON")
    .addHelpText("after", examplesOf("coatcheck migrate status --url sqlite:sessions.db"))
    .action((options: MigrateOptions) => status(io, options));

  return command.addCommand(migrateSqlCommand(io));
}

async function up(io: CliIo, options: MigrateOptions): Promise<void> {
  const target = sqlTargetOf(io, options);
  const { migrate } = await import("@coatcheck/stores/sql");
  const results = await withSql(io, target, { ...options, mayCreate: true }, (db) => migrate(db, tableOf(options)));
  const done = results.map(({ migrationName }) => migrationName);
  const text =
    done.length === 0 ? "Nothing to do: the table is up to date." : done.map((name) => `done: ${name}`).join("\n");
  writeResult(io, options, { done }, text);
}

async function down(io: CliIo, options: MigrateOptions): Promise<void> {
  const target = sqlTargetOf(io, options);
  const { migrate } = await import("@coatcheck/stores/sql");
  // The connection comes before the question, which would be pointless if the database cannot be reached.
  const results = await withSql(io, target, options, async (db) => {
    const isConfirmed = options.yes || (await confirm(io, options, target.name));
    return isConfirmed ? migrate(db, { ...tableOf(options), direction: "down" }) : undefined;
  });
  if (results === undefined) {
    io.setExitCode(exitCodes.no);
    writeRemark(io, options, "Nothing was changed.");
    return;
  }
  const undone = results.map(({ migrationName }) => migrationName);
  const text =
    undone.length === 0 ? "Nothing to do: there is no table." : undone.map((name) => `undone: ${name}`).join("\n");
  writeResult(io, options, { undone }, text);
}

async function status(io: CliIo, options: MigrateOptions): Promise<void> {
  const target = sqlTargetOf(io, options);
  const migrations = await withSql(io, target, options, (db) => migrationStatus(db, tableOf(options)));
  const isPending = migrations.some(({ doneAt }) => doneAt === undefined);
  if (isPending) io.setExitCode(exitCodes.no);
  const rows = migrations.map(({ name, doneAt }) => [name, doneAt === undefined ? "pending" : `done ${doneAt}`]);
  writeResult(io, options, { migrations, pending: isPending }, toTable(rows));
}

async function confirm(io: CliIo, { json }: OutputOptions, name: string): Promise<boolean> {
  if (json || !io.stdin.isTTY || !isTerminal(io, io.stderr)) {
    throw new UsageError(
      "NOT_CONFIRMED",
      "This removes the table and all sessions, and there is no terminal to confirm it. Add --yes.",
    );
  }
  const { confirm: ask } = await import("@clack/prompts");
  const message = `Remove the table and all sessions in it from ${name}? This logs out all users.`;
  return (await ask({ message, initialValue: false, input: io.stdin, output: io.stderr })) === true;
}

function tableOf({ table }: EngineOptions): { readonly table?: string } {
  return table === undefined ? {} : { table };
}

function examplesOf(example: string): string {
  return `\nExamples:\n  ${example}\n  DATABASE_URL=postgres://… ${example.replace(/ --url \S+/, "")}\n${URL_HELP}`;
}
