import type { SessionMode } from "@coatcheck/core";
import { resolveCookie } from "@coatcheck/core/toolkit";
import { type DecodedCookie, decodeCookie } from "@coatcheck/inspector/cookie";
import { Command, InvalidArgumentError, Option } from "commander";
import { UsageError } from "../cli-error.ts";
import { type CookieInput, joinCookies, parseCookieInput } from "../cookies/cookie-input.ts";
import { toCookieReport } from "../cookies/cookie-report.ts";
import { toReportText } from "../cookies/cookie-report-text.ts";
import { areSecretsGiven, type SecretSources, secretsOf } from "../cookies/secret-sources.ts";
import { judgeCookie, modeOf, type ServerFacts, type Verdict } from "../cookies/verdict.ts";
import { parseTarget } from "../engines/engine-target.ts";
import { type PlaceOptions, withStore } from "../engines/with-engine.ts";
import { exitCodes } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import { type OutputOptions, writeResult } from "../output.ts";
import { readStdin } from "../read-stdin.ts";

interface InspectOptions extends OutputOptions, SecretSources, PlaceOptions {
  readonly name?: string;
  readonly mode?: SessionMode["name"];
  readonly url?: string;
  readonly revocations?: boolean;
  readonly absolute?: number;
}

const DEFAULT_NAME = resolveCookie().name;

/** Seconds, longer than any. The expiry of a cookie reflects the absolute timeout of its server already. */
const NO_ABSOLUTE = 100 * 365 * 24 * 3600;

const EXAMPLES = `
Examples:
  pbpaste | coatcheck inspect                        a value, name=value, or a Cookie header
  curl -si https://shop.example/ | coatcheck inspect   the Set-Cookie lines of a response
  coatcheck inspect --secret-file secrets.txt < cookie.txt
  coatcheck inspect --env SESSION_SECRET --env OLD_SECRET < cookie.txt
  coatcheck inspect --url redis://localhost:6379 < cookie.txt    is the session in the store?

A cookie opens a session. Give it on standard input: other users of the machine can see the arguments
of a process, and shells write them to a file.

Secrets are read from $SESSION_SECRET unless --env or --secret-file is given. For ids without a signature,
that variable is ignored. The output contains no secret, session id or signature, but it contains the data
of the session.

Exit codes: 0 accepted, or undecided; 1 rejected; 2 wrong usage; 3 the engine failed.`;

/** `coatcheck inspect`: what a cookie says, and whether a server would accept it. */
export function inspectCommand(io: CliIo): Command {
  return new Command("inspect")
    .summary("show what a cookie contains, and why it is rejected")
    .description(
      "Show what a session cookie contains, and whether a server would accept it. The library itself decides this.",
    )
    .argument("[cookie]", "a value, name=value, or a Cookie or Set-Cookie header (default: standard input)")
    .option("--name <name>", `the cookie's name (default: "${DEFAULT_NAME}", or the name of the only cookie)`)
    .addOption(
      new Option("--mode <mode>", "the server's mode (default: derived from the cookie)").choices([
        "server",
        "signed",
        "encrypted",
      ]),
    )
    .option("--env <name>", "an environment variable with a secret; repeatable, the newest secret first", collect)
    .option("--secret-file <path>", "a file with one secret per line, the newest first")
    .option("--url <url>", "the store of the sessions, or with --revocations of the revocations")
    .option("--table <name>", 'SQL: the session table (default: "sessions")')
    .option("--prefix <text>", 'Redis: the prefix of keys (default: "session:")')
    .option("--revocations", "cookie modes: --url is the store of revocations")
    .option("--absolute <seconds>", "the server's lifetime.absolute, if it was shortened", toSeconds)
    .option("--json", "print JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (argument: string | undefined, options: InspectOptions) => {
      if (argument === undefined && io.stdin.isTTY) {
        throw new UsageError("BAD_COOKIE", "Give a cookie on standard input or as an argument.");
      }
      const input = parseCookieInput(argument ?? (await readStdin(io)), options.name, DEFAULT_NAME);
      const value = joinCookies(input);
      const decoded: DecodedCookie = value === undefined ? { form: "unknown" } : await decodeCookie(value);
      // Without a value, a chunk is missing. Only cookie modes have chunks, and both of them reject the cookie as malformed.
      const mode = options.mode ?? (value === undefined ? "signed" : modeOf(decoded, value));
      const verdict = await judgeWithOptions(io, options, input, decoded, mode);
      if (verdict.answer === "rejected") io.setExitCode(exitCodes.no);
      const report = toCookieReport(input, decoded, mode, verdict);
      writeResult(io, options, report, toReportText(io, report));
    });
}

async function judgeWithOptions(
  io: CliIo,
  options: InspectOptions,
  input: CookieInput,
  decoded: DecodedCookie,
  mode: SessionMode["name"],
): Promise<Verdict> {
  const isPlainId = mode === "server" && !("kid" in decoded && decoded.kid !== undefined);
  const secrets = isPlainId && !areSecretsGiven(options) ? [] : secretsOf(io, options);
  const { absolute = NO_ABSOLUTE, url, revocations } = options;
  const decide = (store: ServerFacts["store"]): Promise<Verdict> =>
    judgeCookie(input, decoded, { mode, secrets, store, absolute, now: io.now });
  if (url === undefined) return decide(undefined);
  if (mode !== "server" && !revocations) {
    throw new UsageError(
      "USAGE",
      "The session is in the cookie, not in a store. If the store holds revocations, add --revocations.",
    );
  }
  return withStore(io, parseTarget(url, io.cwd), options, decide);
}

function collect(name: string, earlier: readonly string[] = []): string[] {
  return [...earlier, name];
}

function toSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds <= 0) throw new InvalidArgumentError("It must be a number of seconds.");
  return seconds;
}
