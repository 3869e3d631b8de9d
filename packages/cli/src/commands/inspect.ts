import type { SessionMode } from "@coatcheck/core";
import { type CookieAnatomy, readCookie } from "@coatcheck/inspector/cookie";
import { Command, InvalidArgumentError, Option } from "commander";
import { UsageError } from "../cli-error.ts";
import { type CookieInput, joinChunks, parseCookieInput } from "../cookies/cookie-input.ts";
import { toInspection } from "../cookies/cookie-report.ts";
import { describeInspection } from "../cookies/cookie-report-text.ts";
import { areSecretsGiven, type SecretSources, secretsOf } from "../cookies/secret-sources.ts";
import { judge, modeOf, type ServerFacts, type Verdict } from "../cookies/verdict.ts";
import { parseTarget } from "../engines/engine-target.ts";
import { type PlaceOptions, withStore } from "../engines/with-engine.ts";
import { exitCodes } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import { giveResult, type OutputOptions } from "../output.ts";
import { readStdin } from "../read-stdin.ts";

interface InspectOptions extends OutputOptions, SecretSources, PlaceOptions {
  readonly name?: string;
  readonly mode?: SessionMode["name"];
  readonly url?: string;
  readonly revocations?: boolean;
  readonly absolute?: number;
}

const DEFAULT_NAME = "__Host-session";

/** More than any: what a cookie says of its end rests on the server's own lifetime already. */
const NO_ABSOLUTE = 100 * 365 * 24 * 3600;

const EXAMPLES = `
Examples:
  pbpaste | coatcheck inspect                        a value, name=value, or a Cookie header
  curl -si https://shop.example/ | coatcheck inspect   the Set-Cookie lines of a response
  coatcheck inspect --secret-file secrets.txt < cookie.txt
  coatcheck inspect --env SESSION_SECRET --env OLD_SECRET < cookie.txt
  coatcheck inspect --url redis://localhost:6379 < cookie.txt    is the session in the store?

A cookie is a key to somebody's session: as an argument, other users of the machine can see it, and
shells keep it in a file; on standard input, neither is so.

Secrets are read from $SESSION_SECRET unless --env or --secret-file is given. For ids without a signature
that variable is passed over. What is printed holds no secret, session id or signature; the data of the
session is in it.

Exit codes: 0 honoured, or not decided; 1 rejected; 2 wrong usage; 3 the engine failed.`;

/** `coatcheck inspect`: what a cookie says, and whether it would be honoured. */
export function inspectCommand(io: CliIo): Command {
  return new Command("inspect")
    .summary("look into a cookie, and see why it is rejected")
    .description(
      "Say what a session cookie holds, and whether a server would honour it or why not, as the library itself decides it.",
    )
    .argument("[cookie]", "a value, name=value, or a Cookie or Set-Cookie header (default: standard input)")
    .option("--name <name>", `the cookie's name (default: "${DEFAULT_NAME}", or that of the only cookie)`)
    .addOption(
      new Option("--mode <mode>", "the server's mode (default: told from the cookie)").choices([
        "server",
        "signed",
        "encrypted",
      ]),
    )
    .option("--env <name>", "an environment variable with a secret; several times, the newest first", collect)
    .option("--secret-file <path>", "a file with a secret per line, the newest first")
    .option("--url <url>", "the store that the session, or with --revocations its end, is noted in")
    .option("--table <name>", 'SQL: the table of sessions (default: "sessions")')
    .option("--prefix <text>", 'Redis: what keys begin with (default: "session:")')
    .option("--revocations", "cookie modes: --url is the store of revocations")
    .option("--absolute <seconds>", "the server's lifetime.absolute, if it was shortened", toSeconds)
    .option("--json", "print JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (argument: string | undefined, options: InspectOptions) => {
      if (argument === undefined && io.stdin.isTTY) {
        throw new UsageError("BAD_COOKIE", "Give a cookie: on standard input, or as the argument.");
      }
      const input = parseCookieInput(argument ?? (await readStdin(io)), options.name, DEFAULT_NAME);
      const value = joinChunks(input);
      const anatomy: CookieAnatomy = value === undefined ? { form: "unknown" } : await readCookie(value);
      // Only a sealed cookie is spread over several, of which one is missing then.
      const mode = options.mode ?? (value === undefined ? "signed" : modeOf(anatomy, value));
      const verdict = await judgeWith(io, options, input, anatomy, mode);
      if (verdict.answer === "rejected") io.setExitCode(exitCodes.no);
      const inspection = toInspection(input, anatomy, mode, verdict);
      giveResult(io, options, inspection, describeInspection(io, inspection));
    });
}

async function judgeWith(
  io: CliIo,
  options: InspectOptions,
  input: CookieInput,
  anatomy: CookieAnatomy,
  mode: SessionMode["name"],
): Promise<Verdict> {
  const isPlainId = mode === "server" && !("kid" in anatomy && anatomy.kid !== undefined);
  const secrets = isPlainId && !areSecretsGiven(options) ? [] : secretsOf(io, options);
  const { absolute = NO_ABSOLUTE, url, revocations } = options;
  const decide = (store: ServerFacts["store"]): Promise<Verdict> =>
    judge(input, anatomy, { mode, secrets, store, absolute, now: io.now });
  if (url === undefined) return decide(undefined);
  if (mode !== "server" && !revocations) {
    throw new UsageError("USAGE", "The session is in the cookie, not in a store. For revocations add --revocations.");
  }
  return withStore(io, parseTarget(url, io.cwd), options, decide);
}

function collect(name: string, others: readonly string[] = []): string[] {
  return [...others, name];
}

function toSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds <= 0) throw new InvalidArgumentError("It is a number of seconds.");
  return seconds;
}
