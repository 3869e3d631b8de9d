import type { Size } from "../bundle-sizes/bundle-sizes.ts";
import type { BenchOptions } from "../options.ts";
import type { Measurements } from "../run/measure-all.ts";
import { GROUPS } from "../workloads/groups.ts";
import { Comparison } from "./comparison.ts";
import { type Evidence, judge } from "./goals.ts";
import { coldStartTable, forgedIdsTable, goalTable, roundTripTable, sizeTable, throughputTable } from "./tables.ts";
import { describeVersions } from "./versions.ts";
import { contenderTable, groupTable } from "./workload-tables.ts";

/** The results of a run, as text. */
export interface Report {
  /** The machine, versions and rounds. */
  readonly conditions: string;
  /** The results in this runtime. */
  readonly comparison: Comparison;
  readonly sections: readonly Section[];
}

/** A section of Markdown. */
export interface Section {
  readonly title: string;
  readonly text: string;
}

export function toReport(measurements: Measurements, options: BenchOptions): Report {
  const { runtimes, sizes, coldStarts, throughput, machine } = measurements;
  const [first] = runtimes;
  const comparison = new Comparison(first?.workloads ?? []);
  const { forgedIds, roundTrips } = first ?? {};
  const whole: Evidence = { comparison, forgedIds, roundTrips, sizes: sizes && sizeGoals(sizes) };
  const engines = [...runtimes.map(({ runtime }) => runtime), ...(first?.redis === undefined ? [] : [first.redis])];
  const effort = `${options.rounds} rounds of ${options.slice} ms`;
  const conditions = `${machine}; ${[...engines, effort].join(", ")}.\n\n${describeVersions()}`;
  const sections: Section[] = [section("Conditions", conditions)];
  // Times are judged in all runtimes. Store calls and bundle sizes are the same in each.
  sections.push(...goalSections("Goals", whole));
  for (const { runtime, workloads } of runtimes.slice(1)) {
    sections.push(...goalSections(`Goals, ${runtime}`, { comparison: new Comparison(workloads) }));
  }
  for (const { runtime, workloads } of runtimes) {
    const results = new Comparison(workloads);
    for (const { name, title, workloads: all } of GROUPS) {
      const [only] = all.length === 1 ? all : [];
      if (results.workloads(name).length === 0) continue;
      const table = only ? contenderTable(results, name, only.name) : groupTable(results, name);
      sections.push(section(`${title}, ${runtime}`, table));
    }
  }
  if (forgedIds) sections.push(section(`${forgedIds.ids.toLocaleString("en")} forged ids`, forgedIdsTable(forgedIds)));
  if (roundTrips) sections.push(section("Store round trips", roundTripTable(roundTrips)));
  if (coldStarts) sections.push(section("Cold start", coldStartTable(coldStarts)));
  if (throughput) sections.push(section("Throughput", throughputTable(throughput)));
  if (sizes) sections.push(section("Bundles", sizeTable(sizes)));
  return { conditions, comparison, sections };
}

function goalSections(title: string, evidence: Evidence): Section[] {
  const goals = judge(evidence).filter(({ isMet }) => isMet !== undefined);
  return goals.length > 0 ? [section(title, goalTable(goals))] : [];
}

function section(title: string, body: string): Section {
  return { title, text: `#### ${title}\n\n${body}` };
}

/** Bundle sizes of coatcheck and `@hono/session`, in the modes that both have. */
function sizeGoals(sizes: readonly Size[]): Evidence["sizes"] {
  const find = (mode: string, label: string): Size | undefined =>
    sizes.find((size) => size.mode === mode && size.label === label);
  return ["encrypted", "server"].flatMap((mode) => {
    const [ours, peers] = [find(mode, "coatcheck in Hono"), find(mode, "@hono/session")];
    return ours && peers ? [{ mode, ours: ours.bytes, peers: peers.bytes }] : [];
  });
}
