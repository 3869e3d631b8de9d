import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite, sqliteName } from "@coatcheck/engines/sqlite";
import { Kysely, SqliteDialect, sql } from "kysely";
import { describe, expect, it } from "vitest";
import { migrate, sqlStore } from "../../src/sql.ts";
import { sqliteDatabase } from "../../src/sqlite.ts";
import { sessionOf, storeKey } from "../support/sessions.ts";

const session = sessionOf({ expiresAt: 2 ** 41 });

describe(`sqliteDatabase over ${sqliteName}`, () => {
  it("lets Kysely read, write, count and stream rows", async () => {
    const db = new Kysely<{ cats: { name: string; age: number | null } }>({
      dialect: new SqliteDialect({ database: sqliteDatabase(await openSqlite(":memory:")) }),
    });
    await sql`create table cats (name text, age integer)`.execute(db);
    const rows = ["tom", "kit", "leo"].map((name) => ({ name, age: null }));
    expect((await db.insertInto("cats").values(rows).executeTakeFirst()).numInsertedOrUpdatedRows).toBe(3n);
    const aged = db.updateTable("cats").set({ age: 3 }).where("name", "=", "tom");
    expect((await aged.executeTakeFirst()).numUpdatedRows).toBe(1n);
    expect(await aged.returning(["name", "age"]).execute()).toEqual([{ name: "tom", age: 3 }]);
    const names: string[] = [];
    for await (const { name } of db.selectFrom("cats").select("name").orderBy("name").stream()) names.push(name);
    expect(names).toEqual(["kit", "leo", "tom"]);
    expect(await db.selectFrom("cats").selectAll().where("age", "is", null).execute()).toHaveLength(2);
    await db.destroy();
  });

  it("closes the database with the Kysely", async () => {
    const client = await openSqlite(":memory:");
    const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: sqliteDatabase(client) }) });
    await migrate(db);
    await db.destroy();
    expect(() => client.prepare("select 1").all()).toThrow();
  });

  it("rejects anything but a database and shows the correct call", () => {
    for (const wrong of [undefined, null, {}, "sessions.db"]) {
      expect(() => sqliteDatabase(wrong as never)).toThrow(/^sqliteDatabase: the argument must be a database/);
    }
  });

  it("stores sessions when the client returns integers as bigints", async () => {
    const options = "Bun" in globalThis ? { safeIntegers: true, create: true, readwrite: true } : { readBigInts: true };
    const client = await openSqlite(":memory:", options);
    expect(client.prepare("select 1 as one").all()).toEqual([{ one: 1n }]);
    const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: sqliteDatabase(client) }) });
    await migrate(db);
    const store = sqlStore(db);
    await store.create(storeKey(0), { ...session, authenticatedAt: 0 });
    expect(await store.load(storeKey(0))).toEqual({ ...session, authenticatedAt: 0 });
    expect(await store.sweep(session.expiresAt)).toBe(1);
    await db.destroy();
  });

  it("creates the table of a file once when two connections migrate at once", async () => {
    const folder = mkdtempSync(join(tmpdir(), "coatcheck-"));
    const open = async (): Promise<Kysely<unknown>> => {
      const client = await openSqlite(join(folder, "sessions.db"));
      return new Kysely<unknown>({ dialect: new SqliteDialect({ database: sqliteDatabase(client) }) });
    };
    const [one, two] = [await open(), await open()];
    const done = await Promise.all([migrate(one), migrate(two), migrate(one), migrate(two)]);
    expect(done.flat()).toHaveLength(1);
    expect(await sqlStore(one).create(storeKey("a"), session)).toBe(true);
    expect(await sqlStore(two).load(storeKey("a"))).toEqual(session);
    await one.destroy();
    await two.destroy();
    rmSync(folder, { recursive: true });
  });
});
