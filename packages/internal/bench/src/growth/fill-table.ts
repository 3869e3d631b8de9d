import { migrate, sqlStore } from "@coatcheck/stores/sql";
import type { Kysely } from "kysely";
import type { FilledStore, TableLocation } from "./engine.ts";
import { type KeyedSession, populate, populateExpired } from "./populate.ts";

/** The number of rows in one transaction. */
const TRANSACTION = 50_000;

/** Creates a table with `count` live sessions. */
export async function fillTable(db: Kysely<unknown>, location: TableLocation, count: number): Promise<FilledStore> {
  const { table } = location;
  await migrate(db, { table });
  const store = sqlStore(db, { table });
  return {
    store,
    sample: await insertInBulk(db, table, (insert) => populate(count, insert)),
    sweeping: {
      store,
      location,
      addExpired: (expired) => insertInBulk(db, table, (insert) => populateExpired(expired, insert)),
    },
  };
}

/** Inserts without the store, which would insert one session at a time. */
async function insertInBulk<Result>(
  db: Kysely<unknown>,
  table: string,
  run: (insert: (batch: readonly KeyedSession[]) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const tables = db as Kysely<Record<string, ReturnType<typeof toRow>>>;
  let transaction = await tables.startTransaction().execute();
  let rows = 0;
  const result = await run(async (batch) => {
    await transaction.insertInto(table).values(batch.map(toRow)).execute();
    rows += batch.length;
    if (rows % TRANSACTION !== 0) return;
    await transaction.commit().execute();
    transaction = await tables.startTransaction().execute();
  });
  await transaction.commit().execute();
  return result;
}

function toRow({ key, session }: KeyedSession) {
  const { data, version, subject, createdAt, expiresAt } = session;
  return {
    session_id: key,
    ...{ data, version, subject },
    ...{ created_at: createdAt, updated_at: createdAt, expires_at: expiresAt },
  };
}
