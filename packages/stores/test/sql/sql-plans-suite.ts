import { execute, freshTable } from "@coatcheck/engines/sql-tables";
import { Kysely } from "kysely";
import { expect, it } from "vitest";
import { sqlStore } from "../../src/sql.ts";
import { sessionOf, storeKey } from "../support/sessions.ts";
import { fill, recordingKysely, type SqlFixture } from "./sql-fixture.ts";

const NOW = 1_700_000_000_000;
const session = sessionOf({}, NOW);

/** The query plans of all statements. */
export function queryPlanTests({ open, analyze, explain, scans }: SqlFixture): void {
  it("finds sessions by key, subject and expiry through an index", async () => {
    // A connection of its own: after an EXPLAIN, bun:sqlite keeps every table locked until the connection closes.
    const { dialect, close } = await open();
    const db = new Kysely<unknown>({ dialect });
    const table = await freshTable(db);
    await fill(db, table, 3_000, (index) => ({
      ...session,
      subject: `subject ${index % 1000}`,
      expiresAt: NOW + index,
    }));
    await execute(db, analyze(table));
    const { db: recorded, events } = recordingKysely(dialect);
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
      const explained = { ...statements[0], sql: `${explain} ${sql}`, parameters };
      const { rows } = await db.executeQuery(explained as never);
      expect(JSON.stringify(rows), sql).not.toMatch(scans);
    }
    await close();
  });
}
