import { type SessionInfo, SessionManager, serverSide } from "@coatcheck/core";
import { isRecord } from "@coatcheck/core/toolkit";
import { formatInstant, toIso } from "@coatcheck/inspector/cookie";
import { Command } from "commander";
import {
  addStoreOptions,
  addSubjectOption,
  type EngineOptions,
  targetOf,
  URL_HELP,
} from "../engines/engine-options.ts";
import { withStore } from "../engines/with-engine.ts";
import type { CliIo } from "../io.ts";
import { type OutputOptions, toPrintable, toTable, writeRemark, writeResult } from "../output.ts";
import { revokeAllCommand, revokeCommand } from "./revoke.ts";

interface ListOptions extends EngineOptions, OutputOptions {
  readonly subject: string;
}

const EXAMPLES = `
Examples:
  coatcheck sessions list --subject user-42 --url redis://localhost:6379
  coatcheck sessions list --subject user-42 --url sqlite:sessions.db --json
${URL_HELP}`;

/** Longer than any. The expiry that a session got at its last use is what counts. */
const ANY_LIFETIME = { absolute: 100 * 365 * 24 * 3600 };

/** `coatcheck sessions`: lists and ends the sessions of a subject. */
export function sessionsCommand(io: CliIo): Command {
  const command = new Command("sessions")
    .summary("list and end the sessions of a subject")
    .description("List the sessions of a subject in a SQL database or in Redis, and end one or all of them.")
    .addHelpText("after", URL_HELP);
  command.addCommand(listCommand(io)).addCommand(revokeCommand(io)).addCommand(revokeAllCommand(io));
  return command;
}

function listCommand(io: CliIo): Command {
  return addSubjectOption(addStoreOptions(new Command("list")))
    .summary("list the live sessions of a subject")
    .description(
      "List the live sessions of a subject, newest login first. The ids are not cookies: they open no session.",
    )
    .option("--json", "print JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (options: ListOptions) => {
      const target = targetOf(io, options, ["DATABASE_URL", "REDIS_URL"]);
      const sessions = await withStore(io, target, options, (store) =>
        new SessionManager({ mode: serverSide(store), lifetime: ANY_LIFETIME, now: io.now }).list(options.subject),
      );
      if (sessions.length === 0) writeRemark(io, options, `${toPrintable(options.subject)} has no session.`);
      const text = sessions.map((session) => describe(session, io.now())).join("\n\n");
      if (options.json || text !== "") writeResult(io, options, { sessions: sessions.map(toDocument) }, text);
    });
}

function describe(session: SessionInfo, now: number): string {
  const { id, createdAt, expiresAt, authenticatedAt } = session;
  const device = deviceOf(session);
  return toTable([
    ["id", id],
    ...(device === undefined ? [] : [["device", toPrintable(device)]]),
    ...(authenticatedAt === undefined ? [] : [["login", formatInstant(authenticatedAt, now)]]),
    ["created", formatInstant(createdAt, now)],
    ["expires", formatInstant(expiresAt, now)],
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

/** The browser and the system that `login` of `@coatcheck/auth` recorded. */
function deviceOf({ login }: SessionInfo): string | undefined {
  const device = isRecord(login) ? login["device"] : undefined;
  return typeof device === "string" ? device : undefined;
}
