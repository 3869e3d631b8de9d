import { SessionManager, serverSide } from "@coatcheck/core";
import { execute, freshTable, uniqueTable } from "@coatcheck/engines/sql-tables";
import { CamelCasePlugin, Kysely, ParseJSONResultsPlugin } from "kysely";
import { expect, it } from "vitest";
import { migrate, sqlStore } from "../../src/sql.ts";
import { sessionOf, storeKey } from "../support/sessions.ts";
import { everyKeyed, expectWrongKeysRejected } from "../support/wrong-keys.ts";
import type { SqlConnections } from "./sql-fixture.ts";

const NOW = 1_700_000_000_000;
const session = sessionOf({}, NOW);
const KEY = storeKey(0);

/** Subjects that an engine could equate or cut off. */
const SUBJECTS: readonly string[] = [
  ...["eve", "eve ", "Eve", "ève", "e\u0301ve", "éve", "eve\t", "ev_", "ev%", "\\", "'", "🧥", "🧦", ""],
  ...["\ufeffeve", "ß", "ss", "1", "01", "1.0", "null"],
  ...["x".repeat(255), "漢".repeat(255), "🧥".repeat(255)],
];

/** The behavior of sqlStore beyond the conformance suite. */
export function sqlStoreTests(connections: SqlConnections): void {
  it("returns a megabyte of data byte for byte", async () => {
    const { db } = connections;
    const store = sqlStore(db, { table: await freshTable(db) });
    const data = JSON.stringify({ d: { long: "\\'\"`\u0001\u2028é漢🧥 ".repeat(60_000) } });
    expect(new TextEncoder().encode(data).length).toBeGreaterThan(1_000_000);
    await store.create(KEY, { ...session, data });
    // A boolean, because a failure would print a difference of a megabyte.
    expect((await store.load(KEY))?.data === data).toBe(true);
  });

  it("returns instants and versions beyond 32 bits as numbers", async () => {
    const { db } = connections;
    const store = sqlStore(db, { table: await freshTable(db) });
    const large = { ...session, version: 2 ** 40, expiresAt: Number.MAX_SAFE_INTEGER, authenticatedAt: 0 };
    await store.create(KEY, large);
    expect(await store.load(KEY)).toEqual(large);
    expect(await store.update(KEY, { ...large, version: 2 ** 40 + 1 }, 2 ** 40)).toBe("ok");
  });

  it("distinguishes keys that differ in case only", async () => {
    const { db } = connections;
    const store = sqlStore(db, { table: await freshTable(db) });
    await store.create("a".repeat(43), { ...session, data: "lower" });
    await store.create("A".repeat(43), { ...session, data: "upper" });
    expect((await store.load("a".repeat(43)))?.data).toBe("lower");
    expect(await store.load("aA".padEnd(43, "a"))).toBeNull();
  });

  it("SEC-24 compares subjects byte for byte", async () => {
    const { db } = connections;
    const store = sqlStore(db, { table: await freshTable(db) });
    for (const [index, subject] of SUBJECTS.entries()) await store.create(storeKey(index), { ...session, subject });
    for (const [index, subject] of SUBJECTS.entries()) {
      const found = await store.listBySubject(subject);
      expect(found, subject).toEqual([{ key: storeKey(index), session: { ...session, subject } }]);
      expect(await store.load(storeKey(index)), subject).toEqual({ ...session, subject });
    }
    expect(await store.deleteBySubject("eve")).toBe(1);
    expect(await store.load(storeKey(0))).toBeNull();
    expect((await store.listBySubject("eve ")).length).toBe(1);
  });

  it("rejects a subject that the engine would change or cut off, without repeating it", async () => {
    const { db } = connections;
    const store = sqlStore(db, { table: await freshTable(db) });
    for (const subject of ["eve\0", "\ud800", "x\udfff", "x".repeat(1021), "漢".repeat(341)]) {
      const rejection = {
        code: "INVALID_OPTION",
        message: expect.stringMatching(/^sqlStore: a subject must be [^\0]{0,90}$/),
      };
      await expect(store.create(KEY, { ...session, subject })).rejects.toMatchObject(rejection);
      await expect(store.update(KEY, { ...session, subject }, 1)).rejects.toMatchObject(rejection);
      await expect(store.listBySubject(subject)).rejects.toMatchObject(rejection);
      await expect(store.deleteBySubject(subject)).rejects.toMatchObject(rejection);
    }
    await expect(store.load(KEY)).resolves.toBeNull();
  });

  it("SEC-04 rejects invalid store keys before it queries the engine", async () => {
    // Any query would fail, because the table does not exist.
    const store = sqlStore(connections.db, { table: uniqueTable() });
    await expectWrongKeysRejected(store);
    const wrong = "' or 1=1 --".padEnd(43);
    await expect(store.deleteBySubject("eve", wrong)).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });

  it("sets updated_at at each write of data but not at a touch", async () => {
    const { db } = connections;
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

  it("ignores the plugins of the user's Kysely", async () => {
    const { db, dialect } = connections;
    const plugins = [new CamelCasePlugin({ upperCase: true }), new ParseJSONResultsPlugin()];
    const withPlugins = new Kysely<unknown>({ dialect, plugins });
    const table = uniqueTable();
    await migrate(withPlugins, { table });
    const full = { ...session, subject: "eve", authenticatedAt: NOW };
    const store = sqlStore(withPlugins, { table });
    await store.create(KEY, full);
    expect(await store.load(KEY)).toEqual(full);
    expect(await sqlStore(db, { table }).load(KEY)).toEqual(full);
  });

  it("keeps two tables of one database apart", async () => {
    const { db } = connections;
    const [one, two] = [await freshTable(db), await freshTable(db)].map((table) => sqlStore(db, { table }));
    await one?.create(KEY, { ...session, subject: "eve" });
    expect(await two?.load(KEY)).toBeNull();
    expect(await two?.create(KEY, session)).toBe(true);
    expect(await two?.deleteBySubject("eve")).toBe(0);
    expect(await two?.sweep(session.expiresAt)).toBe(1);
    expect(await one?.load(KEY)).not.toBeNull();
  });

  it("takes a reserved word as a table name", async () => {
    const { db } = connections;
    for (const table of ["select", "order", "user", "Group"]) {
      await migrate(db, { table });
      const store = sqlStore(db, { table });
      expect(await store.create(KEY, session), table).toBe(true);
      expect(await store.load(KEY), table).toEqual(session);
      expect(await store.sweep(session.expiresAt), table).toBe(1);
      await migrate(db, { table, direction: "down" });
    }
  });

  it("rejects every operation with NOT_MIGRATED and the call to make when the table is missing", async () => {
    const table = uniqueTable();
    const store = sqlStore(connections.db, { table });
    const operations = [
      ...everyKeyed(store, KEY),
      () => store.listBySubject("eve"),
      () => store.deleteBySubject("eve"),
      () => store.sweep(NOW),
    ];
    for (const run of operations) {
      await expect(run()).rejects.toMatchObject({
        code: "NOT_MIGRATED",
        message: `The table "${table}" does not exist. Create it: await migrate(db, { table: "${table}" }).`,
        cause: expect.any(Error),
      });
    }
  });

  it("SEC-42 fails a request with NOT_MIGRATED when the table is missing", async () => {
    const store = sqlStore(connections.db, { table: uniqueTable() });
    const sessions = new SessionManager({ mode: serverSide(store) });
    const answer = sessions.handle(new Request("https://example.org"), async (pending) => {
      (await pending).set("cart", "book");
      return new Response();
    });
    await expect(answer).rejects.toMatchObject({ code: "NOT_MIGRATED" });
  });

  it("rejects with the engine's error when the table has other columns", async () => {
    const { db } = connections;
    const table = uniqueTable();
    await execute(db, `create table ${table} (session_id varchar(43), other integer)`);
    // Only a write fails on D1, which reads an unknown column as a string.
    const error = await sqlStore(db, { table })
      .create(KEY, session)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toHaveProperty("code", "NOT_MIGRATED");
  });

  it("rounds instants down to whole milliseconds and rejects invalid ones", async () => {
    const { db } = connections;
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
}
