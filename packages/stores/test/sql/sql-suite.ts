import { freshTable } from "@coatcheck/engines/sql-tables";
import { storeConformance } from "@coatcheck/testing";
import { describe, it } from "vitest";
import { sqlStore } from "../../src/sql.ts";
import { connectForTests, type SqlFixture } from "./sql-fixture.ts";
import { migrationTests } from "./sql-migrations-suite.ts";
import { queryPlanTests } from "./sql-plans-suite.ts";
import { sqlStoreTests } from "./sql-store-suite.ts";
import { sqlSweepTests } from "./sql-sweep-suite.ts";

/** The tests of sqlStore and its migrations that run on every engine. */
export function sqlSuite(fixture: SqlFixture): void {
  const connections = connectForTests(fixture);
  storeConformance(
    { describe, it },
    {
      name: `sqlStore on ${fixture.name}`,
      async create() {
        const { db, peer } = connections;
        const table = await freshTable(db);
        const store = sqlStore(db, { table });
        return peer === undefined ? { store } : { store, peer: sqlStore(peer, { table }) };
      },
      isAtomic: true,
      hasSubjectIndex: true,
      hasSweeper: true,
      checksKeys: true,
    },
  );
  describe(`sqlStore on ${fixture.name}`, () => {
    sqlStoreTests(connections);
    sqlSweepTests(connections);
    queryPlanTests(fixture);
  });
  describe(`migrations on ${fixture.name}`, () => {
    migrationTests(connections);
  });
}
