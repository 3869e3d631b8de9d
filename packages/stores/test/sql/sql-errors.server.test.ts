import { inspect } from "node:util";
import type { SqlConnection } from "@coatcheck/engines/sql-connection";
import { execute, freshTable } from "@coatcheck/engines/sql-tables";
import { connectSqlite } from "@coatcheck/engines/sqlite";
import { Kysely } from "kysely";
import { describe, expect, it } from "vitest";
import { migrate, sqlStore } from "../../src/sql.ts";
import { engineUrl } from "../support/engines.ts";
import { sessionOf, storeKey } from "../support/sessions.ts";
import { connectMariadb, connectPostgres } from "./sql-servers.ts";

const session = sessionOf({ data: '{"d":{"card":"4111"}}', subject: "eve@example.org" });
const KEY = storeKey("a");

interface Server {
  readonly name: string;
  readonly url: string | undefined;
  readonly open: (url: string) => SqlConnection;
}

const servers: readonly Server[] = [
  { name: "PostgreSQL", url: engineUrl("postgres"), open: connectPostgres },
  { name: "MariaDB", url: engineUrl("mariadb"), open: connectMariadb },
];

for (const { name, url, open } of servers) {
  describe.skipIf(url === undefined)(`sqlStore on ${name}, when a write fails`, () => {
    it("SEC-41 reveals neither data nor subject in the error and its properties", async () => {
      const { dialect, close } = open(url ?? "");
      const db = new Kysely<unknown>({ dialect });
      const table = await freshTable(db);
      await execute(db, `alter table ${table} add constraint c_${table} check (version > 100)`);
      const error: unknown = await sqlStore(db, { table })
        .create(KEY, session)
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Error);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/4111|eve@example/);
      await close();
    });

    it("does not report NOT_MIGRATED when a trigger misses another table", async () => {
      const { dialect, close } = open(url ?? "");
      const db = new Kysely<unknown>({ dialect });
      const table = await freshTable(db);
      if (name === "PostgreSQL") {
        const body = "begin insert into no_such_audit values (1); return new; end";
        await execute(db, `create function f_${table}() returns trigger language plpgsql as $$ ${body} $$`);
        await execute(db, `create trigger t before insert on ${table} for each row execute function f_${table}()`);
      } else {
        await execute(
          db,
          `create trigger t_${table} before insert on ${table} for each row insert into no_such_audit values (1)`,
        );
      }
      await expect(sqlStore(db, { table }).create(KEY, session)).rejects.not.toMatchObject({ code: "NOT_MIGRATED" });
      await close();
    });
  });
}

describe("migrate on SQLite", () => {
  it("rejects a table name with a schema", async () => {
    const { dialect, close } = await connectSqlite(":memory:");
    await expect(migrate(new Kysely<unknown>({ dialect }), { table: "auth.sessions" })).rejects.toMatchObject({
      code: "INVALID_OPTION",
      message: expect.stringContaining("SQLite"),
    });
    await close();
  });
});
