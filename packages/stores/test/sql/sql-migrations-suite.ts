import { execute, executeScript, uniqueTable } from "@coatcheck/engines/sql-tables";
import { NO_MIGRATIONS } from "kysely/migration";
import { expect, it } from "vitest";
import { migrate, migrationSql, sqlMigrations, sqlMigrator, sqlStore } from "../../src/sql.ts";
import { sessionOf, storeKey } from "../support/sessions.ts";
import { recordingKysely, type SqlConnections } from "./sql-fixture.ts";

const session = sessionOf({}, 1_700_000_000_000);
const KEY = storeKey(0);

/** Migrations by `migrate`, by a migrator and by hand. */
export function migrationTests(connections: SqlConnections): void {
  it("go up, down and up again, with and without sessions in the table", async () => {
    const { db } = connections;
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

  it("run step by step through Kysely's Migrator, which knows which have run", async () => {
    const { db } = connections;
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

  it("can be passed to the user's own migrator under other names", async () => {
    const { db } = connections;
    const table = uniqueTable();
    const { "0001_create_sessions": migration } = await sqlMigrations({ table }).getMigrations();
    await migration?.up(db);
    const store = sqlStore(db, { table });
    expect(await store.create(KEY, session)).toBe(true);
    await migration?.down?.(db);
    await expect(store.load(KEY)).rejects.toMatchObject({ code: "NOT_MIGRATED" });
  });

  it("reject a table of the same name with other columns and leave it unchanged", async () => {
    const { db } = connections;
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

  it("create a table again that was dropped by hand", async () => {
    const { db } = connections;
    const table = uniqueTable();
    await migrate(db, { table });
    await execute(db, `drop table ${table}`);
    await migrate(db, { table });
    expect(await sqlStore(db, { table }).create(KEY, session)).toBe(true);
  });

  it("create the table once when several processes start at once", async () => {
    const { db } = connections;
    const table = uniqueTable();
    await Promise.all([1, 2, 3, 4].map(() => migrate(db, { table })));
    const store = sqlStore(db, { table });
    expect(await store.create(KEY, session)).toBe(true);
    expect(await migrate(db, { table })).toEqual([]);
    expect(await store.load(KEY)).toEqual(session);
  });

  it("have the same statements in migrationSql as they execute", async () => {
    const { db, dialect } = connections;
    const table = uniqueTable();
    for (const direction of ["up", "down"] as const) {
      const { db: recorded, events } = recordingKysely(dialect);
      await migrate(recorded, { table, direction });
      const executed = events.map(({ query }) => query.sql).filter((sql) => sql.includes(table));
      const shown = migrationSql(db, { table, direction }).replace(/^--.*$/gm, "");
      for (const statement of shown.split(";").map(withoutSpace)) {
        expect(statement === "" || executed.map(withoutSpace).includes(statement), statement).toBe(true);
      }
    }
  });

  it("can be executed by hand, with or without a migrator afterwards", async () => {
    const { db } = connections;
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
}

function withoutSpace(text: string): string {
  return text.replace(/\s+/g, "");
}
