import { SessionError } from "@coatcheck/core";
import { Command, CommanderError } from "commander";
import { CliError, UsageError } from "./cli-error.ts";
import { initCommand } from "./commands/init.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { secretCommand } from "./commands/secret.ts";
import { sessionsCommand } from "./commands/sessions.ts";
import { sweepCommand } from "./commands/sweep.ts";
import { toArguments } from "./dashed-values.ts";
import { exitCodes } from "./exit-codes.ts";
import type { CliIo } from "./io.ts";
import { styled } from "./output.ts";
import { coatcheckVersion } from "./version.ts";

const EXIT_CODES = `
Exit codes:
  0    done
  1    the answer is no: a weak secret, a cookie that is rejected, migrations pending
  2    wrong usage or input
  3    the engine or its driver is missing, unreachable, not ready, or failed
  130  interrupted by Ctrl+C

Every command takes --json, and tells more with --help.`;

/** Runs one command line. Whatever goes wrong is told on `io.stderr`, and by the exit code. */
export async function runCoatcheck(io: CliIo, args: readonly string[]): Promise<void> {
  const json = args.includes("--json");
  try {
    await coatcheckProgram(io, json).parseAsync(toArguments(args), { from: "user" });
  } catch (error) {
    const { code, message, exitCode } = toFailure(error);
    io.setExitCode(exitCode);
    // Help has been printed, whether it was asked for or is the answer to half a command.
    if (code === HELP && !json) return;
    if (exitCode === exitCodes.done) return;
    const text = `${styled(io, io.stderr, "red", "error:")} ${message}`;
    io.stderr.write(json ? `${JSON.stringify({ error: { code, message } })}\n` : `${text}\n`);
  }
}

/**
 * The program with all of its commands.
 *
 * @param isJson - help that nobody asked for is not printed: the error says what is wrong
 */
export function coatcheckProgram(io: CliIo, isJson = false): Command {
  const program = new Command("coatcheck")
    .description("Sessions of coatcheck from the command line: a project, secrets, cookies, tables, devices.")
    .version(coatcheckVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print help for a command")
    .helpCommand("help [command]", "print help for a command")
    .addHelpText("after", EXIT_CODES)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => isJson || io.stderr.write(text),
      // Told once, by whoever runs the program.
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
  settle(program);
  return program;
}

/** Commands that were made on their own get the program's settings, and those below them too. */
function settle(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    settle(command);
  }
}

/** The code of what commander throws after it has printed help. */
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

/** Commander ends with 1 for what is 2 here, and quotes what was typed, which may be a cookie in the wrong place. */
function toUsageFailure({ code, message, exitCode }: CommanderError): Failure {
  if (exitCode === 0) return { code: HELP, message, exitCode };
  if (code === "commander.help")
    return { code: HELP, message: "The command is missing, or there is none of that name.", exitCode: exitCodes.usage };
  if (code === "commander.unknownOption" && message.includes("'--json'")) {
    return new UsageError("USAGE", "--json goes behind a command: coatcheck migrate status --json");
  }
  const text = message.replace(/^error: /, "").replace(/'[^']{40,}'/g, "'…'");
  return new UsageError("USAGE", text);
}
