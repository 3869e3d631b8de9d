import type { SessionStore, SubjectIndex } from "@coatcheck/core";
import type { Kysely } from "kysely";
import { UsageError } from "../cli-error.ts";
import type { CliIo } from "../io.ts";
import { toCliError } from "./engine-failure.ts";
import type { EngineTarget, SqlTarget } from "./engine-target.ts";
import { openRedis } from "./open-redis.ts";
import { openSql } from "./open-sql.ts";
import { ANSWER_TIMEOUT, within } from "./with-timeout.ts";

/** Where in the engine the sessions are. */
export interface PlaceOptions {
  readonly table?: string;
  readonly prefix?: string;
}

/** Opens a database, sees that it answers, does something with it, and closes it. @throws `CliError` */
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
    await within(ANSWER_TIMEOUT, sql`select 1`.execute(db));
    return await act(db);
  } catch (error) {
    throw toCliError(error, target, table);
  } finally {
    // A pool waits for connections that are being made, for as long as that takes.
    if (db !== undefined) await within(1, db.destroy()).catch(() => undefined);
  }
}

/** The same for the store that the sessions are in, whatever the engine. @throws `CliError` */
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
    const { client, close } = await within(ANSWER_TIMEOUT, openRedis(target, io.cwd));
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

/** @throws `USAGE` for an option that would be passed over */
export function assertPlace(target: EngineTarget, { table, prefix }: PlaceOptions): void {
  if (isSql(target) && prefix !== undefined) throw new UsageError("USAGE", "--prefix is of Redis; SQL takes --table.");
  if (!isSql(target) && table !== undefined) throw new UsageError("USAGE", "--table is of SQL; Redis takes --prefix.");
}
