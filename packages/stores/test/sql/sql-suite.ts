import { SessionManager, serverSide } from "@coatcheck/core";
import type { SqlConnection } from "@coatcheck/engines/sql-connection";
import { freshTable, uniqueTable } from "@coatcheck/engines/sql-tables";
import { storeConformance } from "@coatcheck/testing";
import { CamelCasePlugin, Kysely, ParseJSONResultsPlugin } from "kysely";
import { NO_MIGRATIONS } from "kysely/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate, migrationSql, sqlMigrations, sqlMigrator, sqlStore } from "../../src/sql.ts";
import { sessionOf, storeKey } from "../support/sessions.ts";
import { everyKeyed, expectWrongKeysRefused } from "../support/wrong-keys.ts";
import { execute, executeScript, fill, recordingKysely, type SqlFixture } from "./sql-fixture.ts";

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;
const session = sessionOf({}, NOW);
const KEY = storeKey(0);

/** What holds on every engine. */
export function sqlBehaviour({ name, open, analyze, explain, scans }: SqlFixture): void {
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

  storeConformance(
    { describe, it },
    {
      name: `sqlStore on ${name}`,
      async create() {
        const table = await freshTable(db);
        const store = sqlStore(db, { table });
        if (peerConnection === undefined) return { store };
        return { store, peer: sqlStore(new Kysely<unknown>({ dialect: peerConnection.dialect }), { table }) };
      },
      checksKeys: true,
    },
  );

  describe(`sqlStore on ${name}`, () => {
    it("gives a megabyte of data back byte for byte", async () => {
      const store = sqlStore(db, { table: await freshTable(db) });
      const data = JSON.stringify({ d: { long: "\\'\"`\u0001\u2028é漢🧥 ".repeat(60_000) } });
      expect(new TextEncoder().encode(data).length).toBeGreaterThan(1_000_000);
      await store.create(KEY, { ...session, data });
      // Compared by hand: a difference of a megabyte is nothing to print.
      expect((await store.load(KEY))?.data === data).toBe(true);
    });

    it("gives instants and versions back as numbers, past 32 bits too", async () => {
      const store = sqlStore(db, { table: await freshTable(db) });
      const large = { ...session, version: 2 ** 40, expiresAt: Number.MAX_SAFE_INTEGER, authenticatedAt: 0 };
      await store.create(KEY, large);
      expect(await store.load(KEY)).toEqual(large);
      expect(await store.update(KEY, { ...large, version: 2 ** 40 + 1 }, 2 ** 40)).toBe("ok");
    });

    it("tells keys apart that differ in nothing but case", async () => {
      const store = sqlStore(db, { table: await freshTable(db) });
      await store.create("a".repeat(43), { ...session, data: "lower" });
      await store.create("A".repeat(43), { ...session, data: "upper" });
      expect((await store.load("a".repeat(43)))?.data).toBe("lower");
      expect(await store.load("aA".padEnd(43, "a"))).toBeNull();
    });

    it("SEC-24 holds subjects to be equal only when they are, byte for byte", async () => {
      const store = sqlStore(db, { table: await freshTable(db) });
      const subjects = [
        "eve",
        "eve ",
        "Eve",
        "ève",
        "e\u0301ve",
        "éve",
        "eve\t",
        "ev_",
        "ev%",
        "\\",
        "'",
        "🧥",
        "🧦",
        "",
      ];
      subjects.push(
        "\ufeffeve",
        "ß",
        "ss",
        "1",
        "01",
        "1.0",
        "null",
        "x".repeat(255),
        "漢".repeat(255),
        "🧥".repeat(255),
      );
      for (const [index, subject] of subjects.entries()) {
        await store.create(storeKey(index), { ...session, subject });
      }
      for (const [index, subject] of subjects.entries()) {
        const found = await store.listBySubject(subject);
        expect(found, subject).toEqual([{ key: storeKey(index), session: { ...session, subject } }]);
        expect(await store.load(storeKey(index)), subject).toEqual({ ...session, subject });
      }
      expect(await store.deleteBySubject("eve")).toBe(1);
      expect(await store.load(storeKey(0))).toBeNull();
      expect((await store.listBySubject("eve ")).length).toBe(1);
    });

    it("refuses a subject that would be kept as another, or cut off, and says nothing of it", async () => {
      const store = sqlStore(db, { table: await freshTable(db) });
      for (const subject of ["eve\0", "\ud800", "x\udfff", "x".repeat(1021), "漢".repeat(341)]) {
        const refused = {
          code: "INVALID_OPTION",
          message: expect.stringMatching(/^sqlStore: a subject must be [^\0]{0,90}$/),
        };
        await expect(store.create(KEY, { ...session, subject })).rejects.toMatchObject(refused);
        await expect(store.update(KEY, { ...session, subject }, 1)).rejects.toMatchObject(refused);
        await expect(store.listBySubject(subject)).rejects.toMatchObject(refused);
        await expect(store.deleteBySubject(subject)).rejects.toMatchObject(refused);
      }
      await expect(store.load(KEY)).resolves.toBeNull();
    });

    it("SEC-04 refuses what is no store key before it asks the engine", async () => {
      const store = sqlStore(db, { table: uniqueTable() });
      await expectWrongKeysRefused(store);
      const wrong = "' or 1=1 --".padEnd(43);
      await expect(store.deleteBySubject("eve", wrong)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    });

    it("notes when the data was last written, and a touch is none", async () => {
      const table = await freshTable(db);
      let now = NOW;
      const store = sqlStore(db, { table, now: () => now });
      const updatedAt = async (): Promise<number> => {
        const [row] = await execute(db, `select updated_at as at from ${table}`);
        return Number((row as { at: unknown }).at);
      };
      await store.create(KEY, session);
      expect(await updatedAt()).toBe(NOW);
      now += 1;
      await store.touch(KEY, session.expiresAt + 1);
      expect(await updatedAt()).toBe(NOW);
      await store.update(KEY, { ...session, version: 2 }, 1);
      expect(await updatedAt()).toBe(NOW + 1);
    });

    it("is not confused by the plugins of the user's Kysely", async () => {
      const plugins = [new CamelCasePlugin({ upperCase: true }), new ParseJSONResultsPlugin()];
      const withPlugins = new Kysely<unknown>({ dialect: connection.dialect, plugins });
      const table = await freshTable(withPlugins);
      const full = { ...session, subject: "eve", authenticatedAt: NOW };
      const store = sqlStore(withPlugins, { table });
      await store.create(KEY, full);
      expect(await store.load(KEY)).toEqual(full);
      expect(await sqlStore(db, { table }).load(KEY)).toEqual(full);
    });

    it("keeps two tables of one database apart", async () => {
      const [one, two] = [await freshTable(db), await freshTable(db)].map((table) => sqlStore(db, { table }));
      await one?.create(KEY, { ...session, subject: "eve" });
      expect(await two?.load(KEY)).toBeNull();
      expect(await two?.create(KEY, session)).toBe(true);
      expect(await two?.deleteBySubject("eve")).toBe(0);
      expect(await two?.sweep(session.expiresAt)).toBe(1);
      expect(await one?.load(KEY)).not.toBeNull();
    });

    it("takes a reserved word for a table", async () => {
      for (const table of ["select", "order", "user", "Group"]) {
        await migrate(db, { table });
        const store = sqlStore(db, { table });
        expect(await store.create(KEY, session), table).toBe(true);
        expect(await store.load(KEY), table).toEqual(session);
        expect(await store.sweep(session.expiresAt), table).toBe(1);
        await migrate(db, { table, direction: "down" });
      }
    });

    it("tells what to do when the table has not been made, whatever is asked first", async () => {
      const table = uniqueTable();
      const store = sqlStore(db, { table });
      const asked = [
        ...everyKeyed(store, KEY),
        () => store.listBySubject("eve"),
        () => store.deleteBySubject("eve"),
        () => store.sweep(NOW),
      ];
      for (const ask of asked) {
        await expect(ask()).rejects.toMatchObject({
          code: "NOT_MIGRATED",
          message: `The table "${table}" does not exist. Create it: await migrate(db, { table: "${table}" }).`,
          cause: expect.any(Error),
        });
      }
    });

    it("SEC-42 says the same to a request", async () => {
      const sessions = new SessionManager({ mode: serverSide(sqlStore(db, { table: uniqueTable() })) });
      const answer = sessions.handle(new Request("https://example.org"), async (pending) => {
        (await pending).set("cart", "book");
        return new Response();
      });
      await expect(answer).rejects.toMatchObject({ code: "NOT_MIGRATED" });
    });

    it("rejects with the engine's own error when the table is not ours", async () => {
      const table = uniqueTable();
      await execute(db, `create table ${table} (session_id varchar(43), other integer)`);
      // Nothing is asked but to write: D1 reads a column that it does not know as a piece of text.
      const error = await sqlStore(db, { table })
        .create(KEY, session)
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toHaveProperty("code", "NOT_MIGRATED");
    });

    it("keeps whole milliseconds of instants with fractions, and refuses what is no instant", async () => {
      const store = sqlStore(db, { table: await freshTable(db) });
      await store.create(KEY, { ...session, createdAt: NOW + 0.5, authenticatedAt: NOW + 0.25 });
      expect(await store.load(KEY)).toEqual({ ...session, createdAt: NOW, authenticatedAt: NOW });
      expect(await store.touch(KEY, session.expiresAt + 10.75)).toBe(true);
      expect((await store.load(KEY))?.expiresAt).toBe(session.expiresAt + 10);
      for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, "2020-01-01" as never, null as never]) {
        await expect(store.sweep(wrong)).rejects.toMatchObject({ code: "INVALID_OPTION" });
        await expect(store.touch(KEY, wrong)).rejects.toMatchObject({ code: "INVALID_OPTION" });
      }
      expect(await store.load(KEY)).not.toBeNull();
    });

    it("sweeps in batches", async () => {
      const table = await freshTable(db);
      await fill(db, table, 2_510, (index) => ({ ...session, expiresAt: index < 2_500 ? NOW : NOW + 1 }));
      const { db: recorded, events } = recordingKysely(connection.dialect);
      const store = sqlStore(recorded, { table });
      expect(await store.sweep(NOW)).toBe(2_500);
      expect(events.map(({ query }) => query.sql.slice(0, 6))).toEqual(Array(3).fill(["select", "delete"]).flat());
      expect(await store.sweep(NOW)).toBe(0);
      expect(await store.sweep(NOW + 1)).toBe(10);
    });

    it("sweeps in batches of a given size, tells how far it is, and counts what is left", async () => {
      const table = await freshTable(db);
      await fill(db, table, 25, (index) => ({ ...session, expiresAt: index < 23 ? NOW : NOW + 1 }));
      const store = sqlStore(db, { table });
      const progress: number[] = [];
      expect(await store.countExpired(NOW)).toBe(23);
      expect(await store.sweep(NOW, { batch: 10, onProgress: (removed) => progress.push(removed) })).toBe(23);
      expect(progress).toEqual([10, 20, 23]);
      expect(await store.countExpired(NOW)).toBe(0);
      expect(await store.countExpired(NOW + 1)).toBe(2);
      for (const batch of [0, 1_001, 1.5, Number.NaN]) {
        await expect(store.sweep(NOW, { batch })).rejects.toMatchObject({ code: "INVALID_OPTION" });
      }
    });

    it("ends a sweep after the batch under way when it is told to, and another one goes on", async () => {
      const table = await freshTable(db);
      await fill(db, table, 25, () => ({ ...session, expiresAt: NOW }));
      const store = sqlStore(db, { table });
      const stop = new AbortController();
      expect(await store.sweep(NOW, { batch: 10, signal: stop.signal, onProgress: () => stop.abort() })).toBe(10);
      expect(await store.sweep(NOW, { signal: stop.signal })).toBe(0);
      expect(await store.sweep(NOW)).toBe(15);
    });

    // Statements that say no more than "expired" have PostgreSQL go through all that did, for each batch again: a sweep
    // of 100,000 took 4 s, and takes 0.5 s without.
    it("sweeps in batches that have no expiry in common, so that nothing is gone through twice", async () => {
      const table = await freshTable(db);
      await fill(db, table, 2_500, (index) => ({ ...session, expiresAt: NOW - index }));
      const { db: recorded, events } = recordingKysely(connection.dialect);
      expect(await sqlStore(recorded, { table }).sweep(NOW)).toBe(2_500);
      const bounds = (verb: string): number[][] =>
        events
          .filter(({ query }) => query.sql.startsWith(verb))
          .map(({ query }) => query.parameters.filter((value) => Number(value) > 2_500).map(Number))
          .map((values) => values.toSorted((a, b) => a - b));
      const batches = [
        [NOW - 2_499, NOW - 1_500],
        [NOW - 1_499, NOW - 500],
        [NOW - 499, NOW],
      ];
      expect(bounds("delete")).toEqual(batches);
      expect(bounds("select")).toEqual([[NOW], [NOW - 1_500, NOW], [NOW - 500, NOW]]);
    });

    // SQLite in the process answered each statement at once, and a sweep of 100,000 kept a server silent for 5 s.
    it("lets others have their turn between two batches of a sweep", async () => {
      const table = await freshTable(db);
      await fill(db, table, 1_010, () => ({ ...session, expiresAt: NOW }));
      let turns = 0;
      setTimeout(() => {
        turns += 1;
      }, 0);
      expect(await sqlStore(db, { table }).sweep(NOW)).toBe(1_010);
      expect(turns).toBe(1);
    });

    it("lets a touch win that came between a sweep's look and its stroke", async () => {
      const table = await freshTable(db);
      await fill(db, table, 3, () => ({ ...session, expiresAt: NOW }));
      let touched: Promise<boolean> | undefined;
      const toucher = sqlStore(db, { table });
      const sweeper = new Kysely<unknown>({
        dialect: connection.dialect,
        log: ({ query }) => {
          // Kysely awaits this before it hands the rows over.
          if (query.sql.startsWith("select")) touched = toucher.touch(storeKey(1), NOW + HOUR);
          return touched?.then(() => undefined);
        },
      });
      expect(await sqlStore(sweeper, { table }).sweep(NOW)).toBe(2);
      expect(await touched).toBe(true);
      expect((await toucher.load(storeKey(1)))?.expiresAt).toBe(NOW + HOUR);
    });

    it("finds by key, subject and expiry through an index", async () => {
      // A connection of its own: after an EXPLAIN, bun:sqlite holds every table to be in use until it is closed.
      const own = await open();
      const explained = new Kysely<unknown>({ dialect: own.dialect });
      const table = await freshTable(explained);
      await fill(explained, table, 3_000, (index) => ({
        ...session,
        subject: `subject ${index % 1000}`,
        expiresAt: NOW + index,
      }));
      await execute(explained, analyze(table));
      const { db: recorded, events } = recordingKysely(own.dialect);
      const store = sqlStore(recorded, { table });
      const key = storeKey(5);
      await store.load(key);
      await store.update(key, { ...session, version: 2 }, 1);
      await store.touch(key, NOW + 1);
      await store.listBySubject("subject 7");
      await store.deleteBySubject("subject 7", key);
      await store.sweep(NOW + 20);
      await store.delete(key, 1);
      const statements = events.map(({ query }) => query);
      expect(statements.length).toBeGreaterThanOrEqual(8);
      for (const { sql, parameters } of statements) {
        const { rows } = await explained.executeQuery({
          ...statements[0],
          sql: `${explain} ${sql}`,
          parameters,
        } as never);
        expect(JSON.stringify(rows), sql).not.toMatch(scans);
      }
      await own.close();
    });
  });

  describe(`migrations on ${name}`, () => {
    it("go up, down and up again, on an empty table and on a filled one", async () => {
      const table = uniqueTable();
      const store = sqlStore(db, { table });
      for (const isFilled of [false, true]) {
        const up = await migrate(db, { table });
        expect(up).toEqual([{ migrationName: "0001_create_sessions", direction: "Up", status: "Success" }]);
        if (isFilled) await store.create(KEY, session);
        expect(await migrate(db, { table })).toEqual([]);
        expect(await store.load(KEY)).toEqual(isFilled ? session : null);
        const down = await migrate(db, { table, direction: "down" });
        expect(down).toEqual([{ migrationName: "0001_create_sessions", direction: "Down", status: "Success" }]);
        await expect(store.load(KEY)).rejects.toMatchObject({ code: "NOT_MIGRATED" });
      }
      await migrate(db, { table });
      expect(await store.load(KEY)).toBeNull();
    });

    it("go one step at a time by Kysely's own Migrator, which knows what was done", async () => {
      const table = uniqueTable();
      const migrator = sqlMigrator(db, { table });
      expect(await migrator.getMigrations()).toMatchObject([{ name: "0001_create_sessions", executedAt: undefined }]);
      expect(await migrator.migrateUp()).not.toHaveProperty("error");
      expect(await migrator.getMigrations()).toMatchObject([{ executedAt: expect.any(Date) }]);
      await sqlStore(db, { table }).create(KEY, session);
      expect(await migrator.migrateDown()).not.toHaveProperty("error");
      expect(await migrator.migrateTo(NO_MIGRATIONS)).toEqual({ results: [] });
      expect(await migrator.getMigrations()).toMatchObject([{ executedAt: undefined }]);
    });

    it("can be handed to a migrator of the user's, under names of their own", async () => {
      const table = uniqueTable();
      const { "0001_create_sessions": ours } = await sqlMigrations({ table }).getMigrations();
      await ours?.up(db);
      const store = sqlStore(db, { table });
      expect(await store.create(KEY, session)).toBe(true);
      await ours?.down?.(db);
      await expect(store.load(KEY)).rejects.toMatchObject({ code: "NOT_MIGRATED" });
    });

    it("leave a table of that name alone that is somebody else's, up and down, and say so", async () => {
      const table = uniqueTable();
      await execute(db, `create table ${table} (session_id varchar(128) primary key, expires int)`);
      await execute(db, `insert into ${table} values ('theirs', 1)`);
      for (const direction of ["up", "down"] as const) {
        await expect(migrate(db, { table, direction })).rejects.toMatchObject({
          code: "INVALID_OPTION",
          message: expect.stringContaining("Choose another name"),
        });
      }
      expect(await execute(db, `select session_id from ${table}`)).toEqual([{ session_id: "theirs" }]);
      expect(await execute(db, `select * from ${table}`)).toEqual([{ session_id: "theirs", expires: 1 }]);
    });

    it("make a table again that was dropped by hand", async () => {
      const table = await freshTable(db);
      await execute(db, `drop table ${table}`);
      await migrate(db, { table });
      expect(await sqlStore(db, { table }).create(KEY, session)).toBe(true);
    });

    it("make the table once when several begin at once", async () => {
      const table = uniqueTable();
      await Promise.all([1, 2, 3, 4].map(() => migrate(db, { table })));
      const store = sqlStore(db, { table });
      expect(await store.create(KEY, session)).toBe(true);
      expect(await migrate(db, { table })).toEqual([]);
      expect(await store.load(KEY)).toEqual(session);
    });

    it("are shown as the text of the statements that are executed", async () => {
      const table = uniqueTable();
      for (const direction of ["up", "down"] as const) {
        const { db: recorded, events } = recordingKysely(connection.dialect);
        await migrate(recorded, { table, direction });
        const executed = events.map(({ query }) => query.sql).filter((sql) => sql.includes(table));
        const shown = migrationSql(db, { table, direction }).replace(/^--.*$/gm, "");
        for (const statement of shown.split(";").map(withoutSpace)) {
          expect(statement === "" || executed.map(withoutSpace).includes(statement), statement).toBe(true);
        }
      }
    });

    it("may be run by hand, before a migrator or without one", async () => {
      const table = uniqueTable();
      await executeScript(db, migrationSql(db, { table }));
      const store = sqlStore(db, { table });
      expect(await store.create(KEY, { ...session, subject: "eve" })).toBe(true);
      await executeScript(db, migrationSql(db, { table }));
      expect(await migrate(db, { table })).toHaveLength(1);
      expect((await store.listBySubject("eve")).length).toBe(1);
      await executeScript(db, migrationSql(db, { table, direction: "down" }));
      await expect(store.load(KEY)).rejects.toMatchObject({ code: "NOT_MIGRATED" });
    });
  });
}

function withoutSpace(text: string): string {
  return text.replace(/\s+/g, "");
}
