import type { SqlConnection } from "@coatcheck/engines/sql-connection";
import { freshTable, uniqueTable } from "@coatcheck/engines/sql-tables";
import { Kysely } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate, sqlStore } from "../../src/sql.ts";
import { engineUrl } from "../support/engines.ts";
import { sessionOf, storeKey } from "../support/sessions.ts";
import { execute, fill, recordingKysely } from "./sql-fixture.ts";
import { connectMariadb, connectPostgres } from "./sql-servers.ts";

const NOW = 1_700_000_000_000;
const session = sessionOf({ expiresAt: NOW }, NOW);

interface Server {
  readonly name: string;
  readonly url: string | undefined;
  readonly open: (url: string) => SqlConnection;
  /** Said at the beginning of a transaction: let the other one be the victim. */
  readonly reluctance: string;
  /** How many statements are waiting for a lock. */
  readonly waiting: string;
  /** The word of the engine for a deadlock. */
  readonly deadlock: object;
}

const servers: readonly Server[] = [
  {
    name: "PostgreSQL",
    url: engineUrl("postgres"),
    open: connectPostgres,
    reluctance: "set local deadlock_timeout = '60s'",
    waiting: "select count(*) as waiting from pg_stat_activity where wait_event_type = 'Lock' and query like",
    deadlock: { code: "40P01" },
  },
  {
    name: "MariaDB",
    url: engineUrl("mariadb"),
    open: (url) => connectMariadb(url, { supportBigNumbers: true, bigNumberStrings: true }),
    reluctance: "set @reluctance = 1",
    waiting:
      "select count(*) as waiting from information_schema.innodb_trx where trx_state = 'LOCK WAIT' and trx_query like",
    deadlock: { errno: 1213 },
  },
];

for (const { name, url, open, reluctance, waiting, deadlock } of servers) {
  describe.skipIf(url === undefined)(`sqlStore on ${name}, from several places`, () => {
    let connection: SqlConnection;
    let db: Kysely<unknown>;
    beforeAll(() => {
      connection = open(url ?? "");
      db = new Kysely<unknown>({ dialect: connection.dialect });
    });
    afterAll(() => connection.close());

    it("sweeps each session once, and none that is touched meanwhile", async () => {
      const table = await freshTable(db);
      const count = 3_000;
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

    it("tries again when the engine gave it up for another one", async () => {
      const table = await freshTable(db);
      await fill(db, table, 60, () => ({ ...session, subject: "eve" }));
      const { db: recorded, events } = recordingKysely(connection.dialect);
      const ended = await db.transaction().execute(async (transaction) => {
        await execute(transaction, reluctance);
        // The last ones first; the store begins with the first ones, and each waits for the other. MariaDB gives up
        // the one that changed less.
        for (let index = 1; index < 60; index++) await hold(transaction, table, index);
        const answer = sqlStore(recorded, { table }).deleteBySubject("eve");
        const isWaiting = async (): Promise<boolean> => {
          const [row] = await execute(db, `${waiting} 'delete from %${table}%'`);
          return Number((row as { waiting: unknown }).waiting) > 0;
        };
        // MariaDB looks anew only when nobody has asked for a tenth of a second.
        while (!(await isWaiting())) await new Promise((resolve) => setTimeout(resolve, 150));
        await hold(transaction, table, 0);
        return { answer };
      });
      expect(await ended.answer).toBe(60);
      const failures = events.filter((event) => event.level === "error").map((event) => event.error);
      expect(failures.length).toBeGreaterThan(0);
      for (const failure of failures) expect(failure).toMatchObject(deadlock);
    });

    it("keeps sessions in another schema, whose tables may be called the same", async () => {
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
async function hold(transaction: Kysely<unknown>, table: string, index: number): Promise<void> {
  await execute(transaction, `update ${table} set version = version + 1 where session_id = '${storeKey(index)}'`);
}
