import type { StoredSession } from "@coatcheck/core";
import type { SqlConnection } from "@coatcheck/engines/sql-connection";
import { CompiledQuery, type Dialect, Kysely, type LogEvent } from "kysely";
import { storeKey } from "../support/sessions.ts";

/** An engine as the shared tests use it. */
export interface SqlFixture {
  /** For the titles. */
  readonly name: string;
  readonly open: () => SqlConnection | Promise<SqlConnection>;
  /** Has the engine count what is in a table, for its plans. */
  readonly analyze: (table: string) => string;
  /** What comes before a statement to have its plan instead. */
  readonly explain: string;
  /** What the plan of a statement says that reads the whole table, or sorts. */
  readonly scans: RegExp;
}

export async function execute(db: Kysely<unknown>, text: string): Promise<readonly unknown[]> {
  return (await db.executeQuery(CompiledQuery.raw(text))).rows;
}

/** Statements of a text as {@link import("../../src/sql.ts").migrationSql} gives it. */
export async function executeScript(db: Kysely<unknown>, script: string): Promise<void> {
  for (const statement of script.split(";\n").map((text) => text.trim())) {
    if (statement !== "") await execute(db, statement);
  }
}

/** A Kysely that remembers what it was asked. */
export function recordingKysely(dialect: Dialect): { db: Kysely<unknown>; events: LogEvent[] } {
  const events: LogEvent[] = [];
  const log = (event: LogEvent): void => {
    events.push(event);
  };
  return { db: new Kysely<unknown>({ dialect, log }), events };
}

/** Rows, without the detour over a store; D1 takes 100 parameters in a statement. */
export async function fill(
  db: Kysely<unknown>,
  table: string,
  count: number,
  toSession: (index: number) => StoredSession,
): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => {
    const { data, version, createdAt, expiresAt, subject = null } = toSession(index);
    return {
      session_id: storeKey(index),
      ...{ data, version, subject },
      ...{ created_at: createdAt, updated_at: createdAt, expires_at: expiresAt },
    };
  });
  const typed = db as Kysely<Record<"sessions", (typeof rows)[number]>>;
  for (let start = 0; start < count; start += 12) {
    await typed
      .insertInto(table as "sessions")
      .values(rows.slice(start, start + 12))
      .execute();
  }
}
