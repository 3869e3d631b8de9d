import { AccountManager, rememberMe } from "@coatcheck/auth";
import { type SessionMode, type SessionStore, type SubjectIndex, serverSide, signedCookie } from "@coatcheck/core";
import { isToken, newToken } from "@coatcheck/core/toolkit";
import { Command } from "commander";
import { UsageError } from "../cli-error.ts";
import {
  addStoreOptions,
  addSubjectOption,
  type EngineOptions,
  targetOf,
  URL_HELP,
} from "../engines/engine-options.ts";
import { withStore } from "../engines/with-engine.ts";
import { exitCodes } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import { giveResult, type OutputOptions } from "../output.ts";

interface RevokeOptions extends EngineOptions, OutputOptions {
  readonly revocations?: boolean;
  readonly cookieName: string;
}

interface RevokeAllOptions extends RevokeOptions {
  readonly subject: string;
  readonly except?: string;
}

const REVOCATIONS_HELP = `
In a cookie mode (signedCookie, encryptedCookie) the store only notes which sessions ended: add
--revocations, and --cookie-name where it is not the default. --table or --prefix is then that of
the store given as \`revocations\`.`;

/**
 * Seconds for which a revocation is kept: as long as any browser keeps a cookie. The application's idle timeout is not
 * known here, and one forgotten too early would bring its session back.
 */
const LONGEST_COOKIE = 400 * 24 * 3600;

/** `coatcheck sessions revoke`. */
export function revokeCommand(io: CliIo): Command {
  return addRevocations(addStoreOptions(new Command("revoke")))
    .summary("end one session")
    .description("End one session. Exit code 1 when there is none of that id, or it has ended already.")
    .argument("<id>", "as `sessions list` prints it: session.id, not the cookie")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  coatcheck sessions revoke <id> --url sqlite:sessions.db\n${REVOCATIONS_HELP}\n${URL_HELP}`,
    )
    .action(async (id: string, options: RevokeOptions) => {
      assertId(id, options);
      const revoked = await withManager(io, options, (sessions) => sessions.revoke(id));
      if (!revoked) io.setExitCode(exitCodes.no);
      giveResult(io, options, { revoked }, revoked ? "The session has ended." : "There is no such session.");
    });
}

/** `coatcheck sessions revoke-all`. */
export function revokeAllCommand(io: CliIo): Command {
  return addSubjectOption(addRevocations(addStoreOptions(new Command("revoke-all"))))
    .summary("end all sessions of a subject, or all but one")
    .description("End all sessions of a subject, or all but one.")
    .option("--except <id>", "the session to spare")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  coatcheck sessions revoke-all --subject user-42 --url redis://localhost:6379\n${REVOCATIONS_HELP}\n${URL_HELP}`,
    )
    .action(async (options: RevokeAllOptions) => {
      const { subject, except } = options;
      if (except !== undefined) assertId(except, options);
      const count = await withManager(io, options, (sessions) => sessions.revokeAll(subject, { except }));
      // In a cookie mode nobody knows how many there are.
      const text =
        count === undefined ? "All sessions have ended." : `${count} ${count === 1 ? "session" : "sessions"} ended.`;
      giveResult(io, options, { revoked: true, count }, text);
    });
}

function addRevocations(command: Command): Command {
  return command
    .option("--revocations", "cookie modes: the store holds revocations")
    .option("--cookie-name <name>", "with --revocations: the session cookie's name", "__Host-session");
}

function withManager<Result>(
  io: CliIo,
  options: RevokeOptions,
  act: (sessions: AccountManager) => Promise<Result>,
): Promise<Result> {
  const target = targetOf(io, options, ["DATABASE_URL", "REDIS_URL"]);
  return withStore(io, target, options, (store) =>
    act(
      new AccountManager({
        mode: modeOver(store, options),
        // Otherwise a browser that is remembered would come back by its other cookie.
        extensions: [rememberMe({ store })],
        // Attributes play no part, and any name is to be accepted.
        cookie: { name: options.cookieName },
        lifetime: { idle: LONGEST_COOKIE, absolute: LONGEST_COOKIE },
        now: io.now,
      }),
    ),
  );
}

function modeOver(store: SessionStore & SubjectIndex, { revocations }: RevokeOptions): SessionMode {
  // No cookie is made or read: any secret will do.
  return revocations ? signedCookie({ secrets: newToken(), revocations: store }) : serverSide(store);
}

/** Without a word of it in the message: people paste cookies. */
function assertId(id: string, { revocations }: RevokeOptions): void {
  const isId = revocations ? /^[\w-]{22}([\w-]{16})?$/.test(id) : isToken(id);
  if (isId) return;
  throw new UsageError(
    "USAGE",
    "That is no id of a session. `coatcheck sessions list` prints them, `inspect` that of a cookie.",
  );
}
