import type { SessionStore, StoredSession, SubjectIndex, SubjectSession } from "@coatcheck/core";
import type { Insertable, Kysely, Selectable } from "kysely";
import { toInstant, withInstants } from "../instants.ts";
import { assertStoreKey } from "../store-key.ts";
import { type Statement, statementRunner } from "./statement-runner.ts";
import { assertSubject, toSubject } from "./subject.ts";
import { type SqlSweeper, sqlSweeper } from "./sweeper.ts";
import { COLUMNS, type SessionColumn, type SessionRow, type SqlTableOptions, toDatabase, toTable } from "./table.ts";

/** Options of {@link sqlStore}. */
export interface SqlStoreOptions extends SqlTableOptions {
  /**
   * Epoch milliseconds. Used for `updated_at`, and as the default time of `sweep` and `countExpired`.
   * @default Date.now
   */
  readonly now?: () => number;
}

/**
 * Stores sessions in a table of PostgreSQL, MySQL, MariaDB, SQLite or Cloudflare D1, through the user's Kysely.
 * `migrate(db)` creates the table. A subject has at most 1,020 bytes of UTF-8, and no NUL.
 *
 * @param db - its plugins do not apply to the session table
 * @throws `INVALID_OPTION`. Methods reject with `NOT_MIGRATED` when the table does not exist, and otherwise with the
 * error of the driver.
 */
export function sqlStore<Database>(
  db: Kysely<Database>,
  options: SqlStoreOptions = {},
): SessionStore & SubjectIndex & SqlSweeper {
  const { now = Date.now } = options;
  const table = toTable("sqlStore", options);
  const sessions = toDatabase("sqlStore", db);
  const run = statementRunner(table);

  async function exists(key: string): Promise<boolean> {
    const found = sessions.selectFrom(table).select("id").where("session_id", "=", key);
    return (await run(found)).length > 0;
  }

  async function countChanges(statement: Statement<Changes>): Promise<number> {
    const [result] = await run(statement);
    return Number(result?.numUpdatedRows ?? result?.numDeletedRows ?? 0);
  }

  return {
    traits: { atomic: true, consistency: "strong" },

    async load(key) {
      assertStoreKey(key);
      const [row] = await run(sessions.selectFrom(table).select(COLUMNS).where("session_id", "=", key));
      return row === undefined ? null : toSession(row);
    },

    async create(key, session) {
      assertStoreKey(key);
      const row = { session_id: key, ...toColumns(session), updated_at: now() };
      try {
        await run(sessions.insertInto(table).values(row));
        return true;
      } catch (error) {
        // The error for an existing key differs between engines, so look whether the key exists. When this query fails
        // too, report the first error: it is closer to the cause.
        if (await exists(key).catch(() => false)) return false;
        throw error;
      }
    },

    async update(key, session, expectedVersion) {
      assertStoreKey(key);
      const next = { ...toColumns(session), version: expectedVersion + 1, updated_at: now() };
      const statement = sessions.updateTable(table).set(next).where("session_id", "=", key);
      if ((await countChanges(statement.where("version", "=", expectedVersion))) > 0) return "ok";
      return (await exists(key)) ? "conflict" : "gone";
    },

    async touch(key, expiresAt) {
      assertStoreKey(key);
      const expires_at = toInstant(expiresAt);
      const statement = sessions.updateTable(table).set({ expires_at }).where("session_id", "=", key);
      return (await countChanges(statement.where("expires_at", "<", expires_at))) > 0 || exists(key);
    },

    async delete(key, expectedVersion) {
      assertStoreKey(key);
      const statement = sessions.deleteFrom(table).where("session_id", "=", key);
      if (expectedVersion === undefined) return (await countChanges(statement)) > 0 ? "ok" : "gone";
      if ((await countChanges(statement.where("version", "=", expectedVersion))) > 0) return "ok";
      return (await exists(key)) ? "conflict" : "gone";
    },

    async listBySubject(subject) {
      assertSubject(subject);
      const rows = await run(sessions.selectFrom(table).select(COLUMNS).where("subject", "=", subject));
      return rows.map((row): SubjectSession => ({ key: row.session_id, session: toSession(row) }));
    },

    async deleteBySubject(subject, except) {
      assertSubject(subject);
      const statement = sessions.deleteFrom(table).where("subject", "=", subject);
      if (except === undefined) return countChanges(statement);
      assertStoreKey(except);
      return countChanges(statement.where("session_id", "!=", except));
    },

    ...sqlSweeper(sessions, table, run, now),
  };
}

/** The result of a statement that changes rows. */
interface Changes {
  readonly numUpdatedRows?: bigint;
  readonly numDeletedRows?: bigint;
}

function toColumns(session: StoredSession): Omit<Insertable<SessionRow>, "id" | "session_id" | "updated_at"> {
  const { data, version, subject = null, createdAt, expiresAt, authenticatedAt = null } = withInstants(session);
  if (subject !== null) assertSubject(subject);
  return { data, version, subject, created_at: createdAt, expires_at: expiresAt, authenticated_at: authenticatedAt };
}

function toSession(row: Pick<Selectable<SessionRow>, SessionColumn>): StoredSession {
  return {
    data: row.data,
    version: Number(row.version),
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at),
    ...(row.subject === null ? {} : { subject: toSubject(row.subject) }),
    ...(row.authenticated_at === null ? {} : { authenticatedAt: Number(row.authenticated_at) }),
  };
}
