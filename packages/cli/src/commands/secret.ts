import { parseSecrets } from "@coatcheck/core/toolkit";
import { Command, InvalidArgumentError } from "commander";
import { UsageError } from "../cli-error.ts";
import { exitCodes } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import { type OutputOptions, writeResult } from "../output.ts";
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
  coatcheck secret --check < secret.txt             check the one in a file

Exit codes: 0 generated, or strong; 1 weak; 2 wrong usage.`;

/** `coatcheck secret`: generates secrets, and checks whether a manager would accept a secret. */
export function secretCommand(io: CliIo): Command {
  return (
    new Command("secret")
      .summary("generate a secret, or check one")
      .description(
        "Print a new secret: 32 random bytes in hexadecimal. With --check, tell whether a secret is strong enough, by the rules of the library.",
      )
      .option("--count <number>", "how many to generate", toCount, 1)
      .option("--check", "check the secret on standard input, or that of --env")
      .option("--env <name>", "with --check: the environment variable with the secret")
      .option("--json", "print JSON")
      // Declared so that the command can reject it with a reason.
      .argument("[nothing...]")
      .usage("[options]")
      .addHelpText("after", EXAMPLES)
      .action(async (args: readonly string[], options: SecretOptions) => {
        if (args.length > 0) {
          const reason = "other users of the machine can see arguments, and shells write them to a file";
          throw new UsageError("SECRET_ARGUMENT", `A secret must not be an argument: ${reason}. Use --env or stdin.`);
        }
        if (options.env !== undefined && !options.check) throw new UsageError("USAGE", "--env needs --check.");
        await (options.check ? check(io, options) : generate(io, options));
      })
  );
}

function generate(io: CliIo, options: SecretOptions): void {
  const secrets = Array.from({ length: options.count }, newSecret);
  writeResult(io, options, { secrets }, secrets.join("\n"));
}

function newSecret(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("hex");
}

async function check(io: CliIo, options: SecretOptions): Promise<void> {
  const weakness = weaknessOf(await secretToCheck(io, options));
  if (weakness !== undefined) io.setExitCode(exitCodes.no);
  const text = weakness === undefined ? "strong" : `weak: it ${weakness}`;
  writeResult(io, options, { strong: weakness === undefined, ...(weakness && { weakness }) }, text);
}

async function secretToCheck(io: CliIo, { env }: SecretOptions): Promise<string> {
  if (env !== undefined) {
    const secret = io.env[env];
    if (secret === undefined) throw new UsageError("NO_SECRET", `The environment has no ${env}.`);
    return secret;
  }
  if (io.stdin.isTTY) return askForSecret(io);
  // `echo` and editors end a line with a line break, which is not part of the secret.
  const secret = (await readStdin(io)).replace(/\r?\n$/, "");
  assertOneSecret(secret);
  return secret;
}

/** Two weak secrets, or a weak secret with the name of its variable, would pass as one strong secret. */
function assertOneSecret(secret: string): void {
  if (/[\r\n]/.test(secret))
    throw new UsageError("USAGE", "The input has more than one line. Check one secret at a time.");
  if (/^(export\s+)?[A-Z][A-Z0-9_]*=./.test(secret)) {
    throw new UsageError(
      "USAGE",
      "The input is a variable with its value. Give the value alone, or --env with the name.",
    );
  }
}

/** Does not show what is typed. */
async function askForSecret(io: CliIo): Promise<string> {
  const { isCancel, password } = await import("@clack/prompts");
  const answer = await password({ message: "Secret to check", input: io.stdin, output: io.stderr });
  if (isCancel(answer)) throw new UsageError("NO_SECRET", "No secret was given.");
  return answer ?? "";
}

/** Why the library rejects a secret, or `undefined` if it is strong. */
function weaknessOf(secret: string): string | undefined {
  try {
    parseSecrets(secret);
    return undefined;
  } catch (error) {
    // "secrets[0] has fewer than 32 bytes. Make one with: openssl rand -hex 32"
    return (error as Error).message.replace(/^secrets\[0\] /, "");
  }
}

function toCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1000) {
    throw new InvalidArgumentError("It must be a whole number from 1 to 1,000.");
  }
  return count;
}
