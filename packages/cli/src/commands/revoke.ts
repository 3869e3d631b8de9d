import { AccountManager, rememberMe } from "@coatcheck/auth";
import { type SessionMode, type SessionStore, type SubjectIndex, serverSide, signedCookie } from "@coatcheck/core";
import { isToken, newToken, resolveCookie } from "@coatcheck/core/toolkit";
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
import { type OutputOptions, writeResult } from "../output.ts";

interface RevokeOptions extends EngineOptions, OutputOptions {
  readonly revocations?: boolean;
  readonly cookieName: string;
}

interface RevokeAllOptions extends RevokeOptions {
  readonly subject: string;
  readonly except?: string;
}

const REVOCATIONS_HELP = `
In a cookie mode (signedCookie, encryptedCookie), the store only records which sessions have ended: add
--revocations, and --cookie-name if it is not the default. --table and --prefix are then those of the
store that is given to the mode as \`revocations\`.`;

/**
 * Seconds for which a revocation is stored: as long as browsers store cookies. The idle timeout of the application is not
 * known here, and a revocation that is dropped too early would bring its session back.
 */
const LONGEST_COOKIE = 400 * 24 * 3600;

/** `coatcheck sessions revoke`: ends one session. */
export function revokeCommand(io: CliIo): Command {
  return addRevocations(addStoreOptions(new Command("revoke")))
    .summary("end one session")
    .description("End one session. The exit code is 1 if there is no session with this id, or it has ended already.")
    .argument("<id>", "the session.id, as `sessions list` prints it; not the cookie")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  coatcheck sessions revoke <id> --url sqlite:sessions.db\n${REVOCATIONS_HELP}\n${URL_HELP}`,
    )
    .action(async (id: string, options: RevokeOptions) => {
      assertId(id, options);
      const revoked = await withManager(io, options, (sessions) => sessions.revoke(id));
      if (!revoked) io.setExitCode(exitCodes.no);
      writeResult(io, options, { revoked }, revoked ? "The session has ended." : "There is no such session.");
    });
}

/** `coatcheck sessions revoke-all`: ends the sessions of a subject. */
export function revokeAllCommand(io: CliIo): Command {
  return addSubjectOption(addRevocations(addStoreOptions(new Command("revoke-all"))))
    .summary("end all sessions of a subject, or all but one")
    .description("End all sessions of a subject, or all but one.")
    .option("--except <id>", "a session that is not ended")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  coatcheck sessions revoke-all --subject user-42 --url redis://localhost:6379\n${REVOCATIONS_HELP}\n${URL_HELP}`,
    )
    .action(async (options: RevokeAllOptions) => {
      const { subject, except } = options;
      if (except !== undefined) assertId(except, options);
      const count = await withManager(io, options, (sessions) => sessions.revokeAll(subject, { except }));
      // In a cookie mode, sessions cannot be counted.
      const text =
        count === undefined ? "All sessions have ended." : `${count} ${count === 1 ? "session" : "sessions"} ended.`;
      writeResult(io, options, { revoked: true, count }, text);
    });
}

function addRevocations(command: Command): Command {
  return command
    .option("--revocations", "cookie modes: the store holds revocations")
    .option("--cookie-name <name>", "with --revocations: the name of the session cookie", resolveCookie().name);
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
        // Otherwise a remembered browser would get a new session with its remember-me cookie.
        extensions: [rememberMe({ store })],
        // No cookie is set, so its attributes do not matter.
        cookie: { name: options.cookieName },
        lifetime: { idle: LONGEST_COOKIE, absolute: LONGEST_COOKIE },
        now: io.now,
      }),
    ),
  );
}

function modeOver(store: SessionStore & SubjectIndex, { revocations }: RevokeOptions): SessionMode {
  // No cookie is issued or read, so any secret will do.
  return revocations ? signedCookie({ secrets: newToken(), revocations: store }) : serverSide(store);
}

/** The message does not quote the argument, which may be a cookie by mistake. */
function assertId(id: string, { revocations }: RevokeOptions): void {
  const isId = revocations ? /^[\w-]{22}([\w-]{16})?$/.test(id) : isToken(id);
  if (isId) return;
  throw new UsageError(
    "USAGE",
    "This is not the id of a session. `coatcheck sessions list` prints ids, `coatcheck inspect` the id of a cookie.",
  );
}
