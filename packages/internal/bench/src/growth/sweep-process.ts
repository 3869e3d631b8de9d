// A process that sweeps a table and tells how long that took and what memory it took. It does nothing besides, so that
// what it takes is the sweep's. Arguments: a kind of database, its URL, the table.
import { sqlStore } from "@coatcheck/stores/sql";
import { type DatabaseKind, openDatabase } from "./open-database.ts";
import { type MemoryGrowth, watchMemory } from "./watch-memory.ts";

/** What the process sends when it is done. */
export interface SweepReport {
  readonly removed: number;
  readonly milliseconds: number;
  readonly growth: MemoryGrowth;
}

const [kind, url = "", table = ""] = process.argv.slice(2);
const db = openDatabase(kind as DatabaseKind, url);
const store = sqlStore(db, { table });
// Opens the connection, and finds nothing.
await store.sweep(0);
const memory = watchMemory();
const beganAt = performance.now();
const removed = await store.sweep(Date.now());
const milliseconds = performance.now() - beganAt;
const report: SweepReport = { removed, milliseconds, growth: memory.stop() };
process.send?.(report);
await db.destroy();
