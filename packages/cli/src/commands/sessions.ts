import { type SessionInfo, SessionManager, serverSide } from "@coatcheck/core";
import { Command } from "commander";
import {
  addStoreOptions,
  addSubjectOption,
  type EngineOptions,
  targetOf,
  URL_HELP,
} from "../engines/engine-options.ts";
import { withStore } from "../engines/with-engine.ts";
import { describeInstant, toIso } from "../instants.ts";
import type { CliIo } from "../io.ts";
import { giveResult, type OutputOptions, say, toPrintable, toTable } from "../output.ts";
import { revokeAllCommand, revokeCommand } from "./revoke.ts";

interface ListOptions extends EngineOptions, OutputOptions {
  readonly subject: string;
}

const EXAMPLES = `
Examples:
  coatcheck sessions list --subject user-42 --url redis://localhost:6379
  coatcheck sessions list --subject user-42 --url sqlite:sessions.db --json
${URL_HELP}`;

/** More than any lifetime: what a session was given when it was last used is what counts here. */
const ANY_LIFETIME = { absolute: 100 * 365 * 24 * 3600 };

/** `coatcheck sessions`: who is logged in where, and an end to it. */
export function sessionsCommand(io: CliIo): Command {
  const command = new Command("sessions")
    .summary("list and end the sessions of a subject")
    .description("List the sessions of a subject, and end one or all of them, in SQL or Redis.")
    .addHelpText("after", URL_HELP);
  command.addCommand(listCommand(io)).addCommand(revokeCommand(io)).addCommand(revokeAllCommand(io));
  return command;
}

function listCommand(io: CliIo): Command {
  return addSubjectOption(addStoreOptions(new Command("list")))
    .summary("list the live sessions of a subject")
    .description(
      "List the live sessions of a subject, newest login first. The ids are no cookies: nobody can log in with one.",
    )
    .option("--json", "print JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (options: ListOptions) => {
      const target = targetOf(io, options, ["DATABASE_URL", "REDIS_URL"]);
      const sessions = await withStore(io, target, options, (store) =>
        new SessionManager({ mode: serverSide(store), lifetime: ANY_LIFETIME, now: io.now }).list(options.subject),
      );
      if (sessions.length === 0) say(io, options, `${toPrintable(options.subject)} has no session.`);
      const text = sessions.map((session) => describe(session, io.now())).join("\n\n");
      if (options.json || text !== "") giveResult(io, options, { sessions: sessions.map(toDocument) }, text);
    });
}

function describe(session: SessionInfo, now: number): string {
  const { id, createdAt, expiresAt, authenticatedAt } = session;
  const device = deviceOf(session);
  return toTable([
    ["id", id],
    ...(device === undefined ? [] : [["device", toPrintable(device)]]),
    ...(authenticatedAt === undefined ? [] : [["login", describeInstant(authenticatedAt, now)]]),
    ["created", describeInstant(createdAt, now)],
    ["expires", describeInstant(expiresAt, now)],
  ]);
}

function toDocument(session: SessionInfo): object {
  const { id, subject, createdAt, expiresAt, authenticatedAt } = session;
  return {
    id,
    subject,
    device: deviceOf(session),
    createdAt: toIso(createdAt),
    authenticatedAt: toIso(authenticatedAt),
    expiresAt: toIso(expiresAt),
  };
}

/** The browser and system that `login` of `@coatcheck/auth` noted. */
function deviceOf({ login }: SessionInfo): string | undefined {
  const { device } = Object(login);
  return typeof device === "string" ? device : undefined;
}
