import { parseSecrets } from "@coatcheck/core/toolkit";
import { Command, InvalidArgumentError } from "commander";
import { UsageError } from "../cli-error.ts";
import { exitCodes } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import { giveResult, type OutputOptions } from "../output.ts";
import { readStdin } from "../read-stdin.ts";

interface SecretOptions extends OutputOptions {
  readonly count: number;
  readonly check?: boolean;
  readonly env?: string;
}

const EXAMPLES = `
Examples:
  coatcheck secret                                  print a new secret
  echo "SESSION_SECRET=$(coatcheck secret)" >> .env
  coatcheck secret --check --env SESSION_SECRET     check the one in the environment
  coatcheck secret --check < secret.txt             check one from a file

Exit codes: 0 made, or strong; 1 weak; 2 wrong usage.`;

/** `coatcheck secret`: makes secrets, and says of one whether a manager would take it. */
export function secretCommand(io: CliIo): Command {
  return (
    new Command("secret")
      .summary("make a secret, or check one")
      .description(
        "Print a new secret: 32 random bytes in hexadecimal. With --check, say whether one is strong enough, by the rules of the library itself.",
      )
      .option("--count <number>", "how many to make", toCount, 1)
      .option("--check", "check the secret on standard input, or of --env")
      .option("--env <name>", "with --check: the environment variable that holds it")
      .option("--json", "print JSON")
      // Taken, to be refused with the reason.
      .argument("[nothing...]")
      .usage("[options]")
      .addHelpText("after", EXAMPLES)
      .action(async (refused: readonly string[], options: SecretOptions) => {
        if (refused.length > 0) {
          const reason = "other users of the machine see the arguments of a process, and shells keep them in a file";
          throw new UsageError("SECRET_ARGUMENT", `No secret is taken as an argument: ${reason}. Use --env, or stdin.`);
        }
        if (options.env !== undefined && !options.check) throw new UsageError("USAGE", "--env goes with --check.");
        await (options.check ? check(io, options) : make(io, options));
      })
  );
}

function make(io: CliIo, options: SecretOptions): void {
  const secrets = Array.from({ length: options.count }, newToken);
  giveResult(io, options, { secrets }, secrets.join("\n"));
}

function newToken(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("hex");
}

async function check(io: CliIo, options: SecretOptions): Promise<void> {
  const weakness = weaknessOf(await secretToCheck(io, options));
  if (weakness !== undefined) io.setExitCode(exitCodes.no);
  const text = weakness === undefined ? "strong" : `weak: it ${weakness}`;
  giveResult(io, options, { strong: weakness === undefined, ...(weakness && { weakness }) }, text);
}

async function secretToCheck(io: CliIo, { env }: SecretOptions): Promise<string> {
  if (env !== undefined) {
    const secret = io.env[env];
    if (secret === undefined) throw new UsageError("NO_SECRET", `The environment has no ${env}.`);
    return secret;
  }
  if (io.stdin.isTTY) return askForSecret(io);
  // A file and `echo` end a line; no secret ends with one.
  const secret = (await readStdin(io)).replace(/\r?\n$/, "");
  assertOneSecret(secret);
  return secret;
}

/** Two weak ones, or one and the name of its variable, would pass for a strong one together. */
function assertOneSecret(secret: string): void {
  if (/[\r\n]/.test(secret)) throw new UsageError("USAGE", "That is more than one line. Check one secret at a time.");
  if (/^(export\s+)?[A-Z][A-Z0-9_]*=./.test(secret)) {
    throw new UsageError("USAGE", "That is a variable and its value. Give the value alone, or --env with the name.");
  }
}

/** Typed in a terminal, it is not shown. */
async function askForSecret(io: CliIo): Promise<string> {
  const { isCancel, password } = await import("@clack/prompts");
  const answer = await password({ message: "Secret to check", input: io.stdin, output: io.stderr });
  if (isCancel(answer)) throw new UsageError("NO_SECRET", "No secret was given.");
  return answer ?? "";
}

/** What is wrong with a secret, as the library has it; `undefined` for a strong one. */
function weaknessOf(secret: string): string | undefined {
  try {
    parseSecrets(secret);
    return undefined;
  } catch (error) {
    // "secrets[0] has fewer than 32 bytes. A good one: …"
    return (error as Error).message.replace(/^secrets\[0\] /, "");
  }
}

function toCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1000) {
    throw new InvalidArgumentError("It is a whole number from 1 to 1,000.");
  }
  return count;
}
