import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toTable } from "../measurement/table.ts";
import { root } from "../runtimes.ts";
import type { Report } from "./report.ts";
import { formatNumber } from "./workload-tables.ts";

/** Replaces the results in this package's README, and the summary in the README of the repository. */
export function writeReadmes(report: Report): void {
  const results = report.sections.map(({ text }) => text).join("\n\n");
  replaceIn("packages/internal/bench/README.md", "results", results);
  replaceIn("README.md", "summary", summarize(report));
}

function replaceIn(page: string, name: string, text: string): void {
  const file = join(root, page);
  writeFileSync(file, replaceBetween(readFileSync(file, "utf8"), name, text, page));
}

/** Replaces the text between two markers. @throws when the page does not have them */
export function replaceBetween(page: string, name: string, text: string, title: string): string {
  const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [start, stop] = [page.indexOf(begin), page.indexOf(end)];
  if (start === -1 || stop < start) throw new Error(`${title} has no ${begin} … ${end}.`);
  return `${page.slice(0, start + begin.length)}\n\n${text}\n\n${page.slice(stop)}`;
}

/** The rows of the summary: group, workload and peer. */
const HEADLINES = [
  ["signed", "read, new cookie, 200 bytes", "Hono's signed cookie"],
  ["signed", "read, repeated cookie, 200 bytes", "Hono's signed cookie"],
  ["signed", "write, repeated cookie", "Hono's signed cookie"],
  ["encrypted", "read, new cookie, 200 bytes", "@hono/session"],
  ["encrypted", "read, new cookie, 200 bytes", "iron-session"],
  ["encrypted", "read, repeated cookie, 200 bytes", "@hono/session"],
  ["encrypted", "write, repeated cookie", "@hono/session"],
  ["server", "read, new cookie, 200 bytes", "@hono/session, storage"],
] as const;

function summarize({ comparison, conditions }: Report): string {
  const rows = HEADLINES.map(([group, workload, peer]) => {
    const baseline = comparison.baseline(group, peer) ?? "coatcheck";
    const [ours, ratio] = [
      comparison.cost(group, workload, baseline),
      comparison.ratio(group, workload, peer, baseline),
    ];
    return [`${group}: ${workload}`, format(ours?.median), peer, format(ratio?.median)];
  });
  const table = toTable(["", "coatcheck, µs", "compared with", "× faster"], rows);
  const [machine = ""] = conditions.split("\n");
  return `${table}\n\n${machine}`;
}

function format(value: number | undefined): string {
  return value === undefined ? "" : formatNumber(value);
}
