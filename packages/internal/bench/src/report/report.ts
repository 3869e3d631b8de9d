import type { Size } from "../bundle-sizes/bundle-sizes.ts";
import type { BenchOptions } from "../options.ts";
import type { Measurements } from "../run/measure-all.ts";
import { GROUPS } from "../workloads/groups.ts";
import { Comparison } from "./comparison.ts";
import { type Evidence, judge } from "./goals.ts";
import { bogusTable, coldStartTable, goalTable, roundTripTable, sizeTable, throughputTable } from "./tables.ts";
import { describeVersions } from "./versions.ts";
import { contenderTable, groupTable } from "./workload-tables.ts";

/** What a run says. */
export interface Report {
  /** Machine, versions, and the command. */
  readonly conditions: string;
  /** Of this runtime. */
  readonly comparison: Comparison;
  readonly sections: readonly Section[];
}

/** A heading of Markdown with what belongs to it. */
export interface Section {
  readonly title: string;
  readonly text: string;
}

export function toReport(measurements: Measurements, options: BenchOptions): Report {
  const { runtimes, sizes, coldStarts, throughput, machine } = measurements;
  const [home] = runtimes;
  const comparison = new Comparison(home?.works ?? []);
  const { bogus, roundTrips } = home ?? {};
  const whole: Evidence = { comparison, bogus, roundTrips, sizes: sizes && sizeGoals(sizes) };
  const engines = [...runtimes.map(({ runtime }) => runtime), ...(home?.redis === undefined ? [] : [home.redis])];
  const effort = `${options.rounds} rounds of ${options.slice} ms`;
  const conditions = `${machine}; ${[...engines, effort].join(", ")}.\n\n${describeVersions()}`;
  const sections: Section[] = [section("Conditions", conditions)];
  // Choices are judged in all runtimes; what is counted and weighed is the same in each.
  sections.push(...goalSections("Goals", whole));
  for (const { runtime, works } of runtimes.slice(1)) {
    sections.push(...goalSections(`Goals, ${runtime}`, { comparison: new Comparison(works) }));
  }
  for (const { runtime, works } of runtimes) {
    const results = new Comparison(works);
    for (const { name, title, works: kinds } of GROUPS) {
      const [only] = kinds.length === 1 ? kinds : [];
      if (results.works(name).length === 0) continue;
      const table = only ? contenderTable(results, name, only.name) : groupTable(results, name);
      sections.push(section(`${title}, ${runtime}`, table));
    }
  }
  if (bogus) sections.push(section(`${bogus.ids.toLocaleString("en")} ids that nobody issued`, bogusTable(bogus)));
  if (roundTrips) sections.push(section("How often the store is asked", roundTripTable(roundTrips)));
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

/** coatcheck against `@hono/session` where both have the mode. */
function sizeGoals(sizes: readonly Size[]): Evidence["sizes"] {
  const find = (mode: string, what: string): Size | undefined =>
    sizes.find((size) => size.mode === mode && size.what === what);
  return ["encrypted", "server"].flatMap((mode) => {
    const [ours, peers] = [find(mode, "coatcheck in Hono"), find(mode, "@hono/session")];
    return ours && peers ? [{ mode, ours: ours.bytes, peers: peers.bytes }] : [];
  });
}
