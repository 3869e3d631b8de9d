import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { FilledStore, GrowthEngine, Sweeping, TableLocation } from "./engine.ts";
import type { SweepReport } from "./sweep-process.ts";
import { startReading } from "./timed-reads.ts";

/** How a sweep affects reads. Latencies in milliseconds. */
export interface ReadingReport {
  readonly withoutSweep: readonly number[];
  readonly duringSweep: readonly number[];
}

/** Milliseconds of reading at the start, until all connections are open. */
const WARMUP_TIME = 500;
/** Milliseconds of reading without a sweep. */
const QUIET_TIME = 2_000;

/** Sweeps once for each number of expired sessions, each time in a new process. */
export async function measureSweeps(
  engine: GrowthEngine,
  sweeping: Sweeping,
  counts: readonly number[],
): Promise<SweepReport[]> {
  const reports: SweepReport[] = [];
  for (const count of counts) {
    await sweeping.addExpired(count);
    await engine.runMaintenance();
    const report = await sweepInOwnProcess(sweeping.location);
    expectCount(report.removed, count);
    reports.push(report);
  }
  return reports;
}

/** Reads while this process sweeps, as on a server that sweeps while it handles requests. */
export async function measureReading(
  engine: GrowthEngine,
  { store, sample }: FilledStore,
  sweeping: Sweeping,
  count: number,
): Promise<ReadingReport> {
  await sweeping.addExpired(count);
  await engine.runMaintenance();
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

async function sweepInOwnProcess({ kind, url, table }: TableLocation): Promise<SweepReport> {
  // By default, V8 lets garbage grow by tens of megabytes before it collects it.
  const execArgv = [...process.execArgv, "--max-semi-space-size=1"];
  const child = fork(fileURLToPath(new URL("sweep-process.ts", import.meta.url)), [kind, url, table], { execArgv });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the sweep process ended with exit code ${code}`);
  });
  const [report] = await Promise.race([once(child, "message"), ended]);
  await ended.catch(() => {});
  return report;
}

function expectCount(removed: number, expected: number): void {
  if (removed !== expected) throw new Error(`the sweep removed ${removed} sessions instead of ${expected}`);
}
