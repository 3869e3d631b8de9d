import { describeMachine, describeRuntime } from "../measurement/machine.ts";
import { quantile } from "../measurement/statistics.ts";
import { formatCount, toTable } from "../measurement/table.ts";
import type { Cost } from "../measurement/timing.ts";
import type { ReadingReport } from "./measure-sweeps.ts";
import type { SweepReport } from "./sweep-process.ts";

/** Prints the runtime and the machine, on which the numbers depend. */
export function printMachine(): void {
  console.log(`${describeRuntime()}, ${describeMachine()}`);
}

export function printHeading(engine: string): void {
  console.log(`\n## ${engine}\n`);
}

/** @param costs - for each operation, the cost with few sessions and with many */
export function printCosts(few: number, many: number, costs: ReadonlyMap<string, readonly Cost[]>): void {
  const [atFew, atMany] = [few, many].map(formatCount) as [string, string];
  const head = ["µs, live sessions:", atFew, atMany, "ratio", `mean, ${atFew}`, `mean, ${atMany}`, "ratio"];
  const rows = [...costs].map(([operation, [a, b]]) => [
    operation,
    ...compare(a?.typical, b?.typical),
    ...compare(a?.mean, b?.mean),
  ]);
  console.log(toTable(head, rows));
}

export function printSweeps(reports: readonly SweepReport[]): void {
  const megabytes = (bytes: number): string => (bytes / 1_000_000).toFixed(1);
  const head = ["sweep of expired sessions:", ...reports.map(({ removed }) => formatCount(removed))];
  console.log("");
  console.log(
    toTable(head, [
      ["seconds", ...reports.map(({ milliseconds }) => (milliseconds / 1_000).toFixed(2))],
      ["heap growth, MB", ...reports.map(({ growth }) => megabytes(growth.heap))],
      ["process growth, MB", ...reports.map(({ growth }) => megabytes(growth.resident))],
    ]),
  );
}

export function printReading(swept: number, { withoutSweep, duringSweep }: ReadingReport): void {
  const toRow = (title: string, latencies: readonly number[]): string[] => [
    title,
    formatCount(latencies.length),
    ...[0.5, 0.99, 1].map((share) => quantile(latencies, share).toFixed(1)),
  ];
  const title = `during a sweep of ${formatCount(swept)}`;
  const rows = [toRow("without a sweep", withoutSweep), toRow(title, duringSweep)];
  console.log("");
  console.log(toTable(["reads, ms:", "reads", "p50", "p99", "longest"], rows));
}

function compare(a = Number.NaN, b = Number.NaN): string[] {
  return [a.toFixed(0), b.toFixed(0), (b / a).toFixed(2)];
}
