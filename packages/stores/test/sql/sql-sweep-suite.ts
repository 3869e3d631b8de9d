import { freshTable } from "@coatcheck/engines/sql-tables";
import { Kysely } from "kysely";
import { expect, it } from "vitest";
import { sqlStore } from "../../src/sql.ts";
import { sessionOf, storeKey } from "../support/sessions.ts";
import { fill, recordingKysely, type SqlConnections } from "./sql-fixture.ts";

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;
const session = sessionOf({}, NOW);

/** Batches, progress and the end of a sweep. */
export function sqlSweepTests(connections: SqlConnections): void {
  it("sweeps in batches of a thousand", async () => {
    const { db, dialect } = connections;
    const table = await freshTable(db);
    await fill(db, table, 2_510, (index) => ({ ...session, expiresAt: index < 2_500 ? NOW : NOW + 1 }));
    const { db: recorded, events } = recordingKysely(dialect);
    const store = sqlStore(recorded, { table });
    expect(await store.sweep(NOW)).toBe(2_500);
    expect(events.map(({ query }) => query.sql.slice(0, 6))).toEqual(Array(3).fill(["select", "delete"]).flat());
    expect(await store.sweep(NOW)).toBe(0);
    expect(await store.sweep(NOW + 1)).toBe(10);
  });

  it("sweeps in batches of a given size, reports progress, and counts the expired sessions", async () => {
    const { db } = connections;
    const table = await freshTable(db);
    await fill(db, table, 25, (index) => ({ ...session, expiresAt: index < 23 ? NOW : NOW + 1 }));
    const store = sqlStore(db, { table });
    const progress: number[] = [];
    expect(await store.countExpired(NOW)).toBe(23);
    expect(await store.sweep(NOW, { batch: 10, onProgress: (removed) => progress.push(removed) })).toBe(23);
    expect(progress).toEqual([10, 20, 23]);
    expect(await store.countExpired(NOW)).toBe(0);
    expect(await store.countExpired(NOW + 1)).toBe(2);
    for (const batch of [0, 1_001, 1.5, Number.NaN]) {
      await expect(store.sweep(NOW, { batch })).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
  });

  it("stops a sweep after the current batch when its signal aborts", async () => {
    const { db } = connections;
    const table = await freshTable(db);
    await fill(db, table, 25, () => ({ ...session, expiresAt: NOW }));
    const store = sqlStore(db, { table });
    const stop = new AbortController();
    expect(await store.sweep(NOW, { batch: 10, signal: stop.signal, onProgress: () => stop.abort() })).toBe(10);
    expect(await store.sweep(NOW, { signal: stop.signal })).toBe(0);
    expect(await store.sweep(NOW)).toBe(15);
  });

  // With "expired" as their only condition, statements made PostgreSQL read all expired rows for each batch: a sweep of
  // 100,000 rows took 4 s, and takes 0.5 s with bounds.
  it("bounds each batch by expiry, so that no row is read twice", async () => {
    const { db, dialect } = connections;
    const table = await freshTable(db);
    await fill(db, table, 2_500, (index) => ({ ...session, expiresAt: NOW - index }));
    const { db: recorded, events } = recordingKysely(dialect);
    expect(await sqlStore(recorded, { table }).sweep(NOW)).toBe(2_500);
    const bounds = (verb: string): number[][] =>
      events
        .filter(({ query }) => query.sql.startsWith(verb))
        .map(({ query }) => query.parameters.filter((value) => Number(value) > 2_500).map(Number))
        .map((values) => values.toSorted((a, b) => a - b));
    const batches = [
      [NOW - 2_499, NOW - 1_500],
      [NOW - 1_499, NOW - 500],
      [NOW - 499, NOW],
    ];
    expect(bounds("delete")).toEqual(batches);
    expect(bounds("select")).toEqual([[NOW], [NOW - 1_500, NOW], [NOW - 500, NOW]]);
  });

  // In-process SQLite answered every statement synchronously, and a sweep of 100,000 rows blocked a server for 5 s.
  it("lets other tasks run between two batches of a sweep", async () => {
    const { db } = connections;
    const table = await freshTable(db);
    await fill(db, table, 1_010, () => ({ ...session, expiresAt: NOW }));
    let timersFired = 0;
    setTimeout(() => {
      timersFired += 1;
    }, 0);
    expect(await sqlStore(db, { table }).sweep(NOW)).toBe(1_010);
    expect(timersFired).toBe(1);
  });

  it("keeps a session that is touched between the select and the delete of a sweep", async () => {
    const { db, dialect } = connections;
    const table = await freshTable(db);
    await fill(db, table, 3, () => ({ ...session, expiresAt: NOW }));
    let touched: Promise<boolean> | undefined;
    const store = sqlStore(db, { table });
    const touching = new Kysely<unknown>({
      dialect,
      log: ({ query }) => {
        // Kysely awaits this before it returns the rows.
        if (query.sql.startsWith("select")) touched = store.touch(storeKey(1), NOW + HOUR);
        return touched?.then(() => undefined);
      },
    });
    expect(await sqlStore(touching, { table }).sweep(NOW)).toBe(2);
    expect(await touched).toBe(true);
    expect((await store.load(storeKey(1)))?.expiresAt).toBe(NOW + HOUR);
  });
}
