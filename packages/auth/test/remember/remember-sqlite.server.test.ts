import { sqlStore } from "@coatcheck/stores/sql";
import { Kysely } from "kysely";
import { describe } from "vitest";
import { freshTable } from "../../../stores/test/support/sql.ts";
import { connectSqlite, sqliteName } from "../../../stores/test/support/sql-sqlite.ts";
import { remembersOn } from "../support/remember-behavior.ts";

describe(`rememberMe on ${sqliteName}`, async () => {
  const { dialect } = await connectSqlite(":memory:");
  const db = new Kysely<unknown>({ dialect });
  remembersOn({
    open: async () => sqlStore(db, { table: await freshTable(db) }),
  });
});
