import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../cli-error.ts";

/** An engine to connect to. */
export type EngineTarget = ServerTarget | FileTarget;

/** A SQL database to connect to. */
export type SqlTarget = FileTarget | (ServerTarget & { readonly engine: "postgres" | "mysql" });

export interface ServerTarget {
  readonly engine: "postgres" | "mysql" | "redis";
  /** It contains the password, so it is for the driver only. */
  readonly url: string;
  /** For messages: `PostgreSQL at localhost:5432`. */
  readonly name: string;
  /** The URL for messages, without its password and parameters. */
  readonly shown: string;
  /** Used only to remove it from messages. */
  readonly password: string;
}

export interface FileTarget {
  readonly engine: "sqlite";
  readonly file: string;
  readonly name: string;
  readonly shown: string;
}

const SERVERS: Readonly<Record<string, { engine: ServerTarget["engine"]; label: string; port: number }>> = {
  "postgres:": { engine: "postgres", label: "PostgreSQL", port: 5432 },
  "postgresql:": { engine: "postgres", label: "PostgreSQL", port: 5432 },
  "mysql:": { engine: "mysql", label: "MySQL", port: 3306 },
  "mariadb:": { engine: "mysql", label: "MariaDB", port: 3306 },
  "redis:": { engine: "redis", label: "Redis", port: 6379 },
  "rediss:": { engine: "redis", label: "Redis", port: 6379 },
};

const SUPPORTED =
  "Supported are postgres://, postgresql://, mysql://, mariadb://, redis://, rediss://, sqlite:path and a path that ends in .db or .sqlite";

/**
 * The engine of a URL or of the path of a SQLite file.
 *
 * @param cwd - the folder that relative paths start from
 * @throws `BAD_URL`. It does not quote the URL, which may contain a password
 */
export function parseTarget(url: string, cwd: string): EngineTarget {
  // A pasted URL, or one from a file of variables with CRLF, may have whitespace around it.
  const text = url.trim();
  const scheme = /^[a-z][a-z\d+.-]+:/i.exec(text)?.[0].toLowerCase();
  if (scheme === undefined && /\.(db|sqlite3?)$/i.test(text)) return toFile(text, cwd);
  if (scheme === "sqlite:" || scheme === "file:") return toFile(toPath(text), cwd);
  const server = SERVERS[scheme ?? ""];
  if (server === undefined) {
    throw new UsageError(
      "BAD_URL",
      `${scheme ? `The URL has the scheme ${scheme}//` : "This is not a URL"}. ${SUPPORTED}.`,
    );
  }
  return toServer(text, scheme ?? "", server);
}

function toServer(
  text: string,
  scheme: string,
  { engine, label, port }: (typeof SERVERS)[string] & object,
): ServerTarget {
  // In PostgreSQL's URLs the host may be missing, if a parameter names a socket: `postgres://user@/database?host=/run`.
  // If another @ follows, this one is part of a password.
  const written = engine === "postgres" ? text.replace(/@\/(?=[^@]*$)/, "@localhost/") : text;
  if (!URL.canParse(written)) {
    const advice = "In a user name or a password, write / # ? @ as %2F %23 %3F %40";
    throw new UsageError("BAD_URL", `The ${scheme}// URL cannot be parsed. ${advice}.`);
  }
  const url = new URL(written);
  const shown = new URL(written);
  shown.password = "";
  // Parameters may contain a password too: `?password=`.
  shown.search = "";
  const name = `${label} at ${url.hostname || "localhost"}:${url.port || port}`;
  // mysql2 accepts no other scheme than its own.
  const driverUrl = engine === "mysql" ? text.replace(/^mariadb:/i, "mysql:") : text;
  return { engine, url: driverUrl, name, shown: shown.href, password: decode(url.password) };
}

function toFile(path: string, cwd: string): FileTarget {
  if (path === "" || path.includes(":memory:")) {
    throw new UsageError(
      "BAD_URL",
      "A SQLite URL needs the path of a file: sqlite:sessions.db, sqlite:///var/lib/sessions.db.",
    );
  }
  const file = isAbsolute(path) ? path : resolve(cwd, path);
  return { engine: "sqlite", file, name: `SQLite file ${path}`, shown: `sqlite:${path}` };
}

/** `sqlite:a.db`, `sqlite://a.db` and `file:a.db` are relative, `sqlite:///a.db` and `file:///a.db` absolute. */
function toPath(url: string): string {
  // Otherwise they would become part of the name of a new file.
  if (url.includes("?")) {
    throw new UsageError("BAD_URL", "A SQLite URL has no parameters. In a path, write ? as %3F.");
  }
  if (/^file:\/\/\//i.test(url)) return fileURLToPath(url);
  return decode(url.replace(/^[a-z]+:(\/\/)?/i, ""));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
