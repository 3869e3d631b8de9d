import type { SqlConnection } from "@coatcheck/engines/sql-connection";
import { execute, freshTable, uniqueTable } from "@coatcheck/engines/sql-tables";
import { Kysely } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate, sqlStore } from "../../src/sql.ts";
import { engineUrl } from "../support/engines.ts";
import { sessionOf, storeKey } from "../support/sessions.ts";
import { fill, recordingKysely } from "./sql-fixture.ts";
import { connectMariadb, connectPostgres } from "./sql-servers.ts";

const NOW = 1_700_000_000_000;
const session = sessionOf({ expiresAt: NOW }, NOW);

interface Server {
  readonly name: string;
  readonly url: string | undefined;
  readonly open: (url: string) => SqlConnection;
  /** The first statement of a transaction, which makes the other one the victim of a deadlock. */
  readonly avoidDeadlockRollback: string;
  /** A query, up to its pattern, that counts the statements that wait for a lock. */
  readonly countWaiting: string;
  /** The engine's error for a deadlock. */
  readonly deadlock: object;
}

const servers: readonly Server[] = [
  {
    name: "PostgreSQL",
    url: engineUrl("postgres"),
    open: connectPostgres,
    avoidDeadlockRollback: "set local deadlock_timeout = '60s'",
    countWaiting: "select count(*) as waiting from pg_stat_activity where wait_event_type = 'Lock' and query like",
    deadlock: { code: "40P01" },
  },
  {
    name: "MariaDB",
    url: engineUrl("mariadb"),
    open: (url) => connectMariadb(url, { supportBigNumbers: true, bigNumberStrings: true }),
    avoidDeadlockRollback: "set @unused = 1",
    countWaiting:
      "select count(*) as waiting from information_schema.innodb_trx where trx_state = 'LOCK WAIT' and trx_query like",
    deadlock: { errno: 1213 },
  },
];

for (const { name, url, open, avoidDeadlockRollback, countWaiting, deadlock } of servers) {
  describe.skipIf(url === undefined)(`sqlStore on ${name}, parallel requests`, () => {
    let connection: SqlConnection;
    let db: Kysely<unknown>;
    beforeAll(() => {
      connection = open(url ?? "");
      db = new Kysely<unknown>({ dialect: connection.dialect });
    });
    afterAll(() => connection.close());

    it("sweeps each session once, and none that is touched at the same time", async () => {
      const table = await freshTable(db);
      const count = 1_200;
      await fill(db, table, count, (index) => ({ ...session, expiresAt: NOW - (index % 7) }));
      const [one, two, toucher] = [1, 2, 3].map(() => sqlStore(db, { table }));
      let touched = 0;
      const touchAll = async (start: number): Promise<void> => {
        for (let index = start; index < count; index += 8) {
          if (await toucher?.touch(storeKey(index), NOW + 1)) touched += 1;
        }
      };
      const [first = 0, second = 0] = await Promise.all([
        one?.sweep(NOW),
        two?.sweep(NOW),
        ...[0, 1, 2, 3].map(touchAll),
      ]);
      expect(first + second + touched).toBe(count);
      expect(await one?.sweep(NOW)).toBe(0);
      expect(await one?.sweep(NOW + 1)).toBe(touched);
    });

    it("retries a statement that the engine rolled back because of a deadlock", async () => {
      const table = await freshTable(db);
      await fill(db, table, 60, () => ({ ...session, subject: "eve" }));
      const { db: recorded, events } = recordingKysely(connection.dialect);
      const ended = await db.transaction().execute(async (transaction) => {
        await execute(transaction, avoidDeadlockRollback);
        // Lock all rows but the first. The store locks the first row and waits for the others. MariaDB rolls back the
        // transaction that changed fewer rows.
        for (let index = 1; index < 60; index++) await lockRow(transaction, table, index);
        const answer = sqlStore(recorded, { table }).deleteBySubject("eve");
        const isWaiting = async (): Promise<boolean> => {
          const [row] = await execute(db, `${countWaiting} 'delete from %${table}%'`);
          return Number((row as { waiting: unknown }).waiting) > 0;
        };
        // MariaDB updates this information only after a tenth of a second without a query for it.
        while (!(await isWaiting())) await new Promise((resolve) => setTimeout(resolve, 150));
        await lockRow(transaction, table, 0);
        return { answer };
      });
      expect(await ended.answer).toBe(60);
      const failures = events.filter((event) => event.level === "error").map((event) => event.error);
      expect(failures.length).toBeGreaterThan(0);
      for (const failure of failures) expect(failure).toMatchObject(deadlock);
    });

    it("keeps tables of the same name in two schemas apart", async () => {
      const schema = uniqueTable();
      await execute(db, `create schema ${schema}`);
      const table = uniqueTable();
      await migrate(db, { table });
      await migrate(db, { table: `${schema}.${table}` });
      const [here, there] = [sqlStore(db, { table }), sqlStore(db, { table: `${schema}.${table}` })];
      await there.create(storeKey(0), session);
      expect(await here.load(storeKey(0))).toBeNull();
      expect(await there.load(storeKey(0))).toEqual(session);
      await migrate(db, { table: `${schema}.${table}`, direction: "down" });
      await expect(there.load(storeKey(0))).rejects.toMatchObject({ code: "NOT_MIGRATED" });
      expect(await here.load(storeKey(0))).toBeNull();
    });
  });
}

/** Locks a row until the transaction ends. */
async function lockRow(transaction: Kysely<unknown>, table: string, index: number): Promise<void> {
  await execute(transaction, `update ${table} set version = version + 1 where session_id = '${storeKey(index)}'`);
}
