// Sweeps a table and reports the time and the memory, which are those of the sweep because this process does nothing
// else. Arguments: the kind of database, its URL and the table.
import { sqlStore } from "@coatcheck/stores/sql";
import { type DatabaseKind, openDatabase } from "./open-database.ts";
import { type MemoryGrowth, watchMemory } from "./watch-memory.ts";

/** The message that the process sends when it is done. */
export interface SweepReport {
  readonly removed: number;
  readonly milliseconds: number;
  readonly growth: MemoryGrowth;
}

const [kind, url = "", table = ""] = process.argv.slice(2);
const db = openDatabase(kind as DatabaseKind, url);
const store = sqlStore(db, { table });
// Opens the connection. Nothing expired before 1970.
await store.sweep(0);
const memory = watchMemory();
const startedAt = performance.now();
const removed = await store.sweep(Date.now());
const milliseconds = performance.now() - startedAt;
const report: SweepReport = { removed, milliseconds, growth: memory.stop() };
process.send?.(report);
await db.destroy();
