import { type Command, InvalidArgumentError } from "commander";
import { UsageError } from "../cli-error.ts";
import type { CliIo } from "../io.ts";
import { type EngineTarget, parseTarget, type SqlTarget } from "./engine-target.ts";
import { isSql, type PlaceOptions } from "./with-engine.ts";

/** Options of commands that connect to an engine. */
export interface EngineOptions extends PlaceOptions {
  readonly url?: string;
}

/** The part about URLs in the help of a command. */
export const URL_HELP = `
URLs:
  postgres://user@host/database, mysql://…, mariadb://…, redis://host:6379, rediss://…,
  sqlite:sessions.db, sqlite:///var/lib/app/sessions.db, ./sessions.db
  Other users of the machine can see the arguments of a process: put a URL with a password
  into the environment.`;

/** Adds `--url` and `--table` to a command. */
export function addSqlOptions(command: Command): Command {
  return command
    .option("--url <url>", "the database (default: $DATABASE_URL)")
    .option("--table <name>", 'the session table (default: "sessions")');
}

/** Adds `--subject` to a command. */
export function addSubjectOption(command: Command): Command {
  const description = "the subject of the sessions, as given to login or session.bind";
  return command.requiredOption("--subject <subject>", description, toSubject);
}

/** In a script, an empty subject is a variable that was not set. It has no sessions, and nothing would be ended. */
function toSubject(text: string): string {
  if (text === "") throw new InvalidArgumentError("It must not be empty.");
  return text;
}

/** Adds `--url`, `--table` and `--prefix` to a command. */
export function addStoreOptions(command: Command): Command {
  return command
    .option("--url <url>", "the database or Redis (default: $DATABASE_URL, or $REDIS_URL)")
    .option("--table <name>", 'SQL: the session table (default: "sessions")')
    .option("--prefix <text>", 'Redis: the prefix of keys (default: "session:")');
}

/**
 * The engine that the command line names, or else the environment.
 *
 * @throws `NO_URL` if neither names one, or the environment names two
 */
export function targetOf(io: CliIo, { url }: EngineOptions, variables: readonly string[]): EngineTarget {
  if (url !== undefined) return parseTarget(url, io.cwd);
  const [name, second] = variables.filter((variable) => io.env[variable]);
  if (second !== undefined)
    throw new UsageError("NO_URL", `Both ${name} and ${second} are set. Choose one: --url <url>`);
  if (name === undefined)
    throw new UsageError("NO_URL", `The URL is missing: give --url <url>, or set ${variables.join(" or ")}.`);
  return parseTarget(io.env[name] ?? "", io.cwd);
}

/** The same for commands that need a SQL database. @throws `NO_URL`, `UNSUPPORTED` */
export function sqlTargetOf(io: CliIo, options: EngineOptions): SqlTarget {
  const target = targetOf(io, options, ["DATABASE_URL"]);
  if (isSql(target)) return target;
  throw new UsageError("UNSUPPORTED", "Redis needs no migration: it has no tables.");
}
