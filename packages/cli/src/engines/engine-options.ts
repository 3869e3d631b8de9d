import { type Command, InvalidArgumentError } from "commander";
import { UsageError } from "../cli-error.ts";
import type { CliIo } from "../io.ts";
import { type EngineTarget, parseTarget, type SqlTarget } from "./engine-target.ts";
import { isSql, type PlaceOptions } from "./with-engine.ts";

/** Options of commands that work on an engine. */
export interface EngineOptions extends PlaceOptions {
  readonly url?: string;
}

/** What a URL may be, for the help of commands that take one. */
export const URL_HELP = `
URLs:
  postgres://user@host/database, mysql://…, mariadb://…, redis://host:6379, rediss://…,
  sqlite:sessions.db, sqlite:///var/lib/app/sessions.db, ./sessions.db
  Other users of the machine can see the arguments of a process: a URL with a password is
  better kept in the environment.`;

/** Gives a command `--url` and `--table`. */
export function addSqlOptions(command: Command): Command {
  return command
    .option("--url <url>", "the database (default: $DATABASE_URL)")
    .option("--table <name>", 'the table of sessions (default: "sessions")');
}

/** Gives a command `--subject`. */
export function addSubjectOption(command: Command): Command {
  const flags = "--subject <subject>";
  return command.requiredOption(flags, "whose sessions: what was given to login or session.bind", toSubject);
}

/** In a script an empty one is a variable that was not set; it has no sessions, and nobody would be told. */
function toSubject(text: string): string {
  if (text === "") throw new InvalidArgumentError("It is empty.");
  return text;
}

/** Gives a command `--url`, `--table` and `--prefix`. */
export function addStoreOptions(command: Command): Command {
  return command
    .option("--url <url>", "the database or Redis (default: $DATABASE_URL, or $REDIS_URL)")
    .option("--table <name>", 'SQL: the table of sessions (default: "sessions")')
    .option("--prefix <text>", 'Redis: what keys begin with (default: "session:")');
}

/**
 * The engine that was named, on the command line or else by the environment.
 *
 * @throws `NO_URL` when none was, or the environment names two
 */
export function targetOf(io: CliIo, { url }: EngineOptions, variables: readonly string[]): EngineTarget {
  if (url !== undefined) return parseTarget(url, io.cwd);
  const [name, second] = variables.filter((variable) => io.env[variable]);
  if (second !== undefined)
    throw new UsageError("NO_URL", `Both ${name} and ${second} are set. Say which one: --url <url>`);
  if (name === undefined) throw new UsageError("NO_URL", `Say where: --url <url>, or set ${variables.join(" or ")}.`);
  return parseTarget(io.env[name] ?? "", io.cwd);
}

/** The same where it must be a SQL database. @throws `NO_URL`, `UNSUPPORTED` */
export function sqlTargetOf(io: CliIo, options: EngineOptions): SqlTarget {
  const target = targetOf(io, options, ["DATABASE_URL"]);
  if (isSql(target)) return target;
  throw new UsageError("UNSUPPORTED", "Redis has no table to migrate: it needs no preparation.");
}
