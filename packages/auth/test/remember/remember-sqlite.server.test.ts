import { freshTable } from "@coatcheck/engines/sql-tables";
import { connectSqlite, sqliteName } from "@coatcheck/engines/sqlite";
import { sqlStore } from "@coatcheck/stores/sql";
import { Kysely } from "kysely";
import { describe } from "vitest";
import { testRememberMeOn } from "../support/remember-behavior.ts";

describe(`rememberMe on ${sqliteName}`, async () => {
  const { dialect } = await connectSqlite(":memory:");
  const db = new Kysely<unknown>({ dialect });
  testRememberMeOn({
    open: async () => sqlStore(db, { table: await freshTable(db) }),
  });
});
