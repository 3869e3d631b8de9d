import { readFileSync } from "node:fs";
import { migrationSql } from "@coatcheck/stores/sql";
import { Kysely, SqliteDialect } from "kysely";
import { expect, it } from "vitest";

it("migrations/0001_sessions.sql has the output of migrationSql for SQLite", () => {
  // migrationSql only needs the dialect and never opens the database.
  const dialect = new SqliteDialect({ database: () => Promise.reject(new Error("must not be opened")) });
  const file = readFileSync(new URL("../migrations/0001_sessions.sql", import.meta.url), "utf8");
  expect(file).toBe(migrationSql(new Kysely<unknown>({ dialect })));
});
