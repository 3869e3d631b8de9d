import type { StoredSession } from "@coatcheck/core";
import type { SqlConnection } from "@coatcheck/engines/sql-connection";
import { type Dialect, Kysely, type LogEvent, sql } from "kysely";
import { afterAll, beforeAll } from "vitest";
import { storeKey } from "../support/sessions.ts";

/** An engine for the shared SQL tests. */
export interface SqlFixture {
  /** For the test titles. */
  readonly name: string;
  readonly open: () => SqlConnection | Promise<SqlConnection>;
  /** The statement that updates the engine's statistics of a table, for its query plans. */
  readonly analyze: (table: string) => string;
  /** The prefix of a statement that returns its plan instead of its result. */
  readonly explain: string;
  /** Matches the plan of a statement that reads the whole table or sorts. */
  readonly scans: RegExp;
}

/** The connections to an engine. Available while tests run. */
export interface SqlConnections {
  readonly dialect: Dialect;
  readonly db: Kysely<unknown>;
  /** A second connection, where the engine can have one. */
  readonly peer: Kysely<unknown> | undefined;
}

/** Connects before the tests of this file and disconnects after them. */
export function connectForTests({ open }: SqlFixture): SqlConnections {
  let connection: SqlConnection;
  let db: Kysely<unknown>;
  let peerConnection: SqlConnection | undefined;
  beforeAll(async () => {
    connection = await open();
    db = new Kysely<unknown>({ dialect: connection.dialect });
    peerConnection = await connection.connectPeer?.();
  });
  afterAll(async () => {
    await peerConnection?.close();
    await connection.close();
  });
  return {
    get dialect() {
      return connection.dialect;
    },
    get db() {
      return db;
    },
    get peer() {
      return peerConnection && new Kysely<unknown>({ dialect: peerConnection.dialect });
    },
  };
}

/** A Kysely that records its statements. */
export function recordingKysely(dialect: Dialect): { db: Kysely<unknown>; events: LogEvent[] } {
  const events: LogEvent[] = [];
  const log = (event: LogEvent): void => {
    events.push(event);
  };
  return { db: new Kysely<unknown>({ dialect, log }), events };
}

/** Rows per statement. D1 takes 100 KB of SQL. */
const FILL_BATCH = 400;

/** Inserts sessions without the store. The values are literals, because D1 takes at most 100 parameters. */
export async function fill(
  db: Kysely<unknown>,
  table: string,
  count: number,
  toSession: (index: number) => StoredSession,
): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => {
    const { data, version, createdAt, expiresAt, subject = null } = toSession(index);
    return {
      session_id: sql.lit(storeKey(index)),
      ...{ data: sql.lit(data), version: sql.lit(version), subject: sql.lit(subject) },
      ...{ created_at: sql.lit(createdAt), updated_at: sql.lit(createdAt), expires_at: sql.lit(expiresAt) },
    };
  });
  const typed = db as Kysely<Record<"sessions", Record<keyof (typeof rows)[number], string | number | null>>>;
  for (let start = 0; start < count; start += FILL_BATCH) {
    await typed
      .insertInto(table as "sessions")
      .values(rows.slice(start, start + FILL_BATCH))
      .execute();
  }
}
