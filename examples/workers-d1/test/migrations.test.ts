import { readFileSync } from "node:fs";
import { migrationSql } from "@coatcheck/stores/sql";
import { Kysely, SqliteDialect } from "kysely";
import { expect, it } from "vitest";

it("migrations/0001_sessions.sql is what migrationSql writes for SQLite", () => {
  // Nothing is asked of the database, so it needs none.
  const dialect = new SqliteDialect({ database: () => Promise.reject(new Error("not to be opened")) });
  const file = readFileSync(new URL("../migrations/0001_sessions.sql", import.meta.url), "utf8");
  expect(file).toBe(migrationSql(new Kysely<unknown>({ dialect })));
});
