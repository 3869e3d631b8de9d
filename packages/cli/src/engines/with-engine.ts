import type { SessionStore, SubjectIndex } from "@coatcheck/core";
import type { Kysely } from "kysely";
import { UsageError } from "../cli-error.ts";
import type { CliIo } from "../io.ts";
import { toCliError } from "./engine-failure.ts";
import type { EngineTarget, SqlTarget } from "./engine-target.ts";
import { openRedis } from "./open-redis.ts";
import { openSql } from "./open-sql.ts";
import { ANSWER_TIMEOUT, withTimeout } from "./with-timeout.ts";

/** Where the sessions are in the engine. */
export interface PlaceOptions {
  readonly table?: string;
  readonly prefix?: string;
}

/** Opens a database, checks that it answers, calls `act`, and closes it. @throws `CliError` */
export async function withSql<Result>(
  io: CliIo,
  target: SqlTarget,
  { table, mayCreate = false }: PlaceOptions & { readonly mayCreate?: boolean },
  act: (db: Kysely<unknown>) => Promise<Result>,
): Promise<Result> {
  let db: Kysely<unknown> | undefined;
  try {
    db = await openSql(target, io.cwd, mayCreate);
    const { sql } = await import("kysely");
    await withTimeout(ANSWER_TIMEOUT, sql`select 1`.execute(db));
    return await act(db);
  } catch (error) {
    throw toCliError(error, target, table);
  } finally {
    // A pool waits without limit for connections that are being established.
    if (db !== undefined) await withTimeout(1, db.destroy()).catch(() => undefined);
  }
}

/** The same with the store of the sessions, on any engine. @throws `CliError` */
export async function withStore<Result>(
  io: CliIo,
  target: EngineTarget,
  place: PlaceOptions,
  act: (store: SessionStore & SubjectIndex) => Promise<Result>,
): Promise<Result> {
  assertPlace(target, place);
  const { table, prefix } = place;
  if (isSql(target)) {
    const { sqlStore } = await import("@coatcheck/stores/sql");
    return withSql(io, target, place, (db) => act(sqlStore(db, table === undefined ? {} : { table })));
  }
  try {
    const { redisStore } = await import("@coatcheck/stores/redis");
    const { client, close } = await withTimeout(ANSWER_TIMEOUT, openRedis(target, io.cwd));
    try {
      return await act(redisStore(client, prefix === undefined ? {} : { prefix }));
    } finally {
      close();
    }
  } catch (error) {
    throw toCliError(error, target);
  }
}

export function isSql(target: EngineTarget): target is SqlTarget {
  return target.engine !== "redis";
}

/** @throws `USAGE` for an option that the engine does not have */
export function assertPlace(target: EngineTarget, { table, prefix }: PlaceOptions): void {
  if (isSql(target) && prefix !== undefined)
    throw new UsageError("USAGE", "--prefix is for Redis. For SQL, use --table.");
  if (!isSql(target) && table !== undefined)
    throw new UsageError("USAGE", "--table is for SQL. For Redis, use --prefix.");
}
