import { SessionError } from "@coatcheck/core";
import { CliError, EngineError, UsageError } from "../cli-error.ts";
import { toPrintable } from "../output.ts";
import type { EngineTarget } from "./engine-target.ts";

/** The properties that the errors of drivers may have. */
interface DriverError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  /** One error per address, if a host name has several and all failed. */
  readonly errors?: readonly unknown[];
}

/** Why a server cannot be reached, by the error codes of Node. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection is refused. Is the server running, and is the port right?",
  ENOTFOUND: "the host name does not exist.",
  ENOENT: "the socket does not exist.",
  EAI_AGAIN: "the host name cannot be resolved.",
  ETIMEDOUT: "the server does not answer.",
  ECONNRESET: "the server closed the connection.",
  EHOSTUNREACH: "there is no route to the host.",
  ENETUNREACH: "there is no route to the network.",
  EPIPE: "the server closed the connection.",
  PROTOCOL_CONNECTION_LOST: "the server closed the connection.",
};

/** SQLSTATE codes of PostgreSQL and error names of MySQL for a rejected user or password, or a missing privilege. */
const ACCESS_DENIED = ["28P01", "28000", "ER_ACCESS_DENIED_ERROR", "ER_DBACCESS_DENIED_ERROR", "42501"];

/** The codes for a missing database. */
const NO_DATABASE = ["3D000", "ER_BAD_DB_ERROR"];

/** The codes for a missing column: the table belongs to another application. SQLite has no code for it. */
const NO_COLUMN = ["42703", "ER_BAD_FIELD_ERROR"];

/** Turns an error of an engine, its driver or a store into one that says what to do. It never contains the password. */
export function toCliError(error: unknown, target: EngineTarget, table?: string): CliError {
  if (error instanceof CliError) return error;
  const code = error instanceof SessionError ? error.code : undefined;
  if (code === "NOT_MIGRATED") {
    const option = table === undefined || table === "sessions" ? "" : ` --table ${table}`;
    const command = `coatcheck migrate up --url "${target.shown}"${option}`;
    return new EngineError("NOT_MIGRATED", `There is no session table in ${target.name} yet. Create it: ${command}`);
  }
  if (code === "INVALID_OPTION" || code === "UNSUPPORTED") {
    // The message names the option of the library, not the option of the command.
    const message = (error as SessionError).message.replace('migrate(db, { table: "…" })', "--table <name>");
    return new UsageError(code, message, { cause: error });
  }
  const driverError = rootOf(error);
  // The server wrote this text, whatever it is. It may contain control sequences for the terminal.
  const text = toPrintable(withoutPassword(String(driverError.message ?? error), target));
  const cause = { cause: error };
  const unreachable = UNREACHABLE[String(driverError.code ?? codeOf(text))];
  if (unreachable !== undefined) {
    return new EngineError("ENGINE_UNREACHABLE", `${target.name} cannot be reached: ${unreachable}`, cause);
  }
  if (ACCESS_DENIED.includes(String(driverError.code)) || isRedisAccessDenied(text) || text.startsWith("SASL")) {
    const message = `${target.name} rejects the user or the password of the URL, or the user lacks a privilege.`;
    return new EngineError("ENGINE_REFUSED", message, cause);
  }
  if (NO_COLUMN.includes(String(driverError.code)) || text.startsWith("no such column")) {
    const message = `The table in ${target.name} is not a session table. Name another one with --table <name>.`;
    return new EngineError("NOT_MIGRATED", message, cause);
  }
  if (NO_DATABASE.includes(String(driverError.code))) {
    return new EngineError("ENGINE_FAILED", `${target.name} has no database with the name in the URL.`, cause);
  }
  return new EngineError("ENGINE_FAILED", `${target.name} failed: ${text}`, cause);
}

/** The innermost error. Stores and network code wrap it. */
function rootOf(error: unknown): DriverError {
  const { cause, errors, ...own } = toDriverError(error);
  const inner = errors?.[0] ?? cause;
  return typeof inner === "object" && inner !== null ? rootOf(inner) : own;
}

function toDriverError(error: unknown): DriverError {
  if (typeof error !== "object" || error === null) return {};
  const { code, message, cause, errors }: DriverError = error;
  return { code, message, cause, ...(Array.isArray(errors) && { errors }) };
}

/** The first word of a Redis message is its error code. */
function isRedisAccessDenied(message: string): boolean {
  return /^(NOAUTH|WRONGPASS|NOPERM|ERR AUTH)\b/.test(message);
}

/** Drivers throw errors without a code for their own timeouts and for broken connections. */
function codeOf(message: string): string | undefined {
  if (/^(Connection timeout|connect ETIMEDOUT)/.test(message)) return "ETIMEDOUT";
  return /^(Connection terminated|Socket closed|Connection is closed)/.test(message) ? "ECONNRESET" : undefined;
}

function withoutPassword(text: string, target: EngineTarget): string {
  const password = "password" in target ? target.password : "";
  return password === "" ? text : text.replaceAll(password, "…");
}
