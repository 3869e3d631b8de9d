import { SessionError } from "@coatcheck/core";
import { CliError, EngineError, UsageError } from "../cli-error.ts";
import { toPrintable } from "../output.ts";
import type { EngineTarget } from "./engine-target.ts";

/** What drivers put into their errors. */
interface DriverError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  /** Of a name with several addresses, each of which failed. */
  readonly errors?: readonly unknown[];
}

/** What went wrong on the way to a server, by the codes of Node. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection is refused. Is it running, and is the port right?",
  ENOTFOUND: "there is no host of that name.",
  ENOENT: "there is no such socket.",
  EAI_AGAIN: "the name of the host cannot be looked up.",
  ETIMEDOUT: "it does not answer.",
  ECONNRESET: "it closed the connection.",
  EHOSTUNREACH: "there is no way to the host.",
  ENETUNREACH: "there is no way to the network.",
  EPIPE: "it closed the connection.",
  PROTOCOL_CONNECTION_LOST: "it closed the connection.",
};

/** SQLSTATEs of PostgreSQL, and names of MySQL, for a user or password that is not let in. */
const REFUSED = ["28P01", "28000", "ER_ACCESS_DENIED_ERROR", "ER_DBACCESS_DENIED_ERROR", "42501"];

/** The same for a database that is not there. */
const NO_DATABASE = ["3D000", "ER_BAD_DB_ERROR"];

/** The same for a column that is not there: the table is somebody else's. SQLite has no code for it. */
const NO_COLUMN = ["42703", "ER_BAD_FIELD_ERROR"];

/** What an engine, its driver or a store threw, as something to act on. The password is in none of it. */
export function toCliError(error: unknown, target: EngineTarget, table?: string): CliError {
  if (error instanceof CliError) return error;
  const code = error instanceof SessionError ? error.code : undefined;
  if (code === "NOT_MIGRATED") {
    const option = table === undefined || table === "sessions" ? "" : ` --table ${table}`;
    const command = `coatcheck migrate up --url "${target.shown}"${option}`;
    return new EngineError("NOT_MIGRATED", `There is no table of sessions in ${target.name} yet. Make it: ${command}`);
  }
  if (code === "INVALID_OPTION" || code === "UNSUPPORTED") {
    // The library speaks of its own options.
    const message = (error as SessionError).message.replace('migrate(db, { table: "…" })', "--table <name>");
    return new UsageError(code, message, { cause: error });
  }
  const driverError = rootOf(error);
  // Whatever answers on that port wrote this: it may hold what a terminal obeys.
  const text = toPrintable(withoutPassword(String(driverError.message ?? error), target));
  const cause = { cause: error };
  const unreachable = UNREACHABLE[String(driverError.code ?? codeOf(text))];
  if (unreachable !== undefined) {
    return new EngineError("ENGINE_UNREACHABLE", `${target.name} cannot be reached: ${unreachable}`, cause);
  }
  if (REFUSED.includes(String(driverError.code)) || isRefusalOfRedis(text) || text.startsWith("SASL")) {
    const message = `${target.name} refuses the user or the password of the URL, or what the user asks for.`;
    return new EngineError("ENGINE_REFUSED", message, cause);
  }
  if (NO_COLUMN.includes(String(driverError.code)) || text.startsWith("no such column")) {
    const message = `The table in ${target.name} is not one of sessions. Another one is named by --table <name>.`;
    return new EngineError("NOT_MIGRATED", message, cause);
  }
  if (NO_DATABASE.includes(String(driverError.code))) {
    return new EngineError("ENGINE_FAILED", `${target.name} has no database of the name in the URL.`, cause);
  }
  return new EngineError("ENGINE_FAILED", `${target.name} failed: ${text}`, cause);
}

/** The error nearest to the engine: stores and networks wrap it. */
function rootOf(error: unknown): DriverError {
  const { cause, errors, ...own } = toDriverError(error);
  const inner = errors?.[0] ?? cause;
  return typeof inner === "object" && inner !== null ? rootOf(inner) : own;
}

function toDriverError(error: unknown): DriverError {
  const { code, message, cause, errors } = Object(error);
  return { code, message, cause, ...(Array.isArray(errors) && { errors }) };
}

/** Redis has no codes: the first word of its message is one. */
function isRefusalOfRedis(message: string): boolean {
  return /^(NOAUTH|WRONGPASS|NOPERM|ERR AUTH)\b/.test(message);
}

/** What drivers say without a code: their own timers, and a connection that breaks. */
function codeOf(message: string): string | undefined {
  if (/^(Connection timeout|connect ETIMEDOUT)/.test(message)) return "ETIMEDOUT";
  return /^(Connection terminated|Socket closed|Connection is closed)/.test(message) ? "ECONNRESET" : undefined;
}

function withoutPassword(text: string, target: EngineTarget): string {
  const password = "password" in target ? target.password : "";
  return password === "" ? text : text.replaceAll(password, "…");
}
