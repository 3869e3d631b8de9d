import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { FilledStore, GrowthEngine, Sweeping, TablePlace } from "./engine.ts";
import type { SweepReport } from "./sweep-process.ts";
import { startReading } from "./timed-reads.ts";

/** What a sweep does to who reads meanwhile. Latencies in milliseconds. */
export interface ReadingReport {
  readonly withoutSweep: readonly number[];
  readonly duringSweep: readonly number[];
}

/** Milliseconds of reading until all connections are open. */
const WARMUP_TIME = 500;
/** Milliseconds of reading without a sweep. */
const QUIET_TIME = 2_000;

/** Sweeps once for each number of expired sessions, in a process of its own each time. */
export async function measureSweeps(
  engine: GrowthEngine,
  sweeping: Sweeping,
  counts: readonly number[],
): Promise<SweepReport[]> {
  const reports: SweepReport[] = [];
  for (const count of counts) {
    await sweeping.addExpired(count);
    await engine.settle();
    const report = await sweepElsewhere(sweeping.place);
    expectCount(report.removed, count);
    reports.push(report);
  }
  return reports;
}

/** Reads while this same process sweeps, as a server that sweeps beside its work. */
export async function measureReading(
  engine: GrowthEngine,
  { store, sample }: FilledStore,
  sweeping: Sweeping,
  count: number,
): Promise<ReadingReport> {
  await sweeping.addExpired(count);
  await engine.settle();
  const read = (): Promise<unknown> => store.load(sample.next().key);
  await readFor(WARMUP_TIME, read);
  const withoutSweep = await readFor(QUIET_TIME, read);
  const busy = startReading(read);
  expectCount(await sweeping.store.sweep(Date.now()), count);
  return { withoutSweep, duringSweep: await busy.stop() };
}

async function readFor(milliseconds: number, read: () => Promise<unknown>): Promise<number[]> {
  const reading = startReading(read);
  await setTimeout(milliseconds);
  return reading.stop();
}

async function sweepElsewhere({ kind, url, table }: TablePlace): Promise<SweepReport> {
  // With room for garbage as V8 likes it, the process grows by tens of megabytes that nothing needs.
  const execArgv = [...process.execArgv, "--max-semi-space-size=1"];
  const child = fork(fileURLToPath(new URL("sweep-process.ts", import.meta.url)), [kind, url, table], { execArgv });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the process that sweeps ended with ${code}`);
  });
  const [report] = await Promise.race([once(child, "message"), ended]);
  await ended.catch(() => {});
  return report;
}

function expectCount(removed: number, expected: number): void {
  if (removed !== expected) throw new Error(`the sweep removed ${removed} sessions, and not ${expected}`);
}
