import { SessionError } from "@coatcheck/core";
import { Command, CommanderError } from "commander";
import { CliError, UsageError } from "./cli-error.ts";
import { initCommand } from "./commands/init.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { secretCommand } from "./commands/secret.ts";
import { sessionsCommand } from "./commands/sessions.ts";
import { sweepCommand } from "./commands/sweep.ts";
import { separateDashedValues } from "./dashed-values.ts";
import { exitCodes } from "./exit-codes.ts";
import type { CliIo } from "./io.ts";
import { styled } from "./output.ts";
import { coatcheckVersion } from "./version.ts";

const EXIT_CODES = `
Exit codes:
  0    done
  1    the answer is no: a weak secret, a rejected cookie, pending migrations
  2    wrong usage or input
  3    the engine or its driver is missing, unreachable, not ready, or failed
  130  interrupted by Ctrl+C

Every command accepts --json. Its options and examples are shown by --help.`;

/** Runs one command line. Failures are reported on `io.stderr` and by the exit code. */
export async function runCoatcheck(io: CliIo, args: readonly string[]): Promise<void> {
  const json = args.includes("--json");
  try {
    await coatcheckProgram(io, json).parseAsync(separateDashedValues(args), { from: "user" });
  } catch (error) {
    const { code, message, exitCode } = toFailure(error);
    io.setExitCode(exitCode);
    // Help has been printed already, on request or because the command was incomplete.
    if (code === HELP && !json) return;
    if (exitCode === exitCodes.done) return;
    const text = `${styled(io, io.stderr, "red", "error:")} ${message}`;
    io.stderr.write(json ? `${JSON.stringify({ error: { code, message } })}\n` : `${text}\n`);
  }
}

/**
 * The program with all of its commands.
 *
 * @param isJson - whether to print a JSON error instead of help when a command is incomplete
 */
export function coatcheckProgram(io: CliIo, isJson = false): Command {
  const program = new Command("coatcheck")
    .description("The command line of coatcheck: projects, secrets, cookies, tables and sessions.")
    .version(coatcheckVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print help for a command")
    .helpCommand("help [command]", "print help for a command")
    .addHelpText("after", EXIT_CODES)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => isJson || io.stderr.write(text),
      // `runCoatcheck` reports the error.
      outputError: () => undefined,
    });

  const commands = [
    initCommand(io),
    secretCommand(io),
    inspectCommand(io),
    migrateCommand(io),
    sweepCommand(io),
    sessionsCommand(io),
  ];
  for (const command of commands) program.addCommand(command);
  inheritSettings(program);
  return program;
}

/** Gives the settings of the program to all commands below it. */
function inheritSettings(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    inheritSettings(command);
  }
}

/** The code of the error that commander throws after it has printed help. */
const HELP = "HELP";

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly exitCode: number;
}

function toFailure(error: unknown): Failure {
  if (error instanceof CliError) return error;
  if (error instanceof CommanderError) return toUsageFailure(error);
  if (error instanceof SessionError) return { code: error.code, message: error.message, exitCode: exitCodes.usage };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: "UNEXPECTED", message, exitCode: exitCodes.engine };
}

/** Commander exits with 1 for wrong usage, and quotes arguments, which may be a misplaced cookie. */
function toUsageFailure({ code, message, exitCode }: CommanderError): Failure {
  if (exitCode === 0) return { code: HELP, message, exitCode };
  if (code === "commander.help")
    return { code: HELP, message: "The command is missing or unknown.", exitCode: exitCodes.usage };
  if (code === "commander.unknownOption" && message.includes("'--json'")) {
    return new UsageError("USAGE", "--json comes after a command: coatcheck migrate status --json");
  }
  const text = message.replace(/^error: /, "").replace(/'[^']{40,}'/g, "'…'");
  return new UsageError("USAGE", text);
}
