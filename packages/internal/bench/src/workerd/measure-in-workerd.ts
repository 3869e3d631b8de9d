import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundleProgram } from "../cold-start/bundle.ts";
import { WEB_CONTENDERS } from "../contenders/web-contenders.ts";
import { takeTurns } from "../measurement/rounds.ts";
import type { RuntimeResults } from "../run/measure-workloads.ts";
import { GROUPS, membersOf } from "../workloads/groups.ts";
import { compareSeries, type WorkResult } from "../workloads/measure-group.ts";
import type { RoundOptions } from "../workloads/run-workload.ts";

const script = fileURLToPath(new URL("worker.ts", import.meta.url));

/** Requests of a turn, at least and at most. */
const [FEWEST, MOST] = [30, 7_290];

/** Asks the worker to do something. */
type Ask = (path: string) => Promise<unknown>;

/** Does the works of `parts` in workerd. The clock there has milliseconds, so all requests of a turn are timed at once. */
export async function measureInWorkerd(
  parts: ReadonlySet<string>,
  options: RoundOptions,
  report: (what: string) => void,
): Promise<RuntimeResults> {
  const worker = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      compatibilityDate: "2026-10-01",
      compatibilityFlags: ["nodejs_compat"],
      modules: [{ type: "ESModule", path: "worker.mjs", contents: await bundleProgram(script, "workerd") }],
    }),
  );
  const ask: Ask = async (path) => {
    const response = await worker.dispatchFetch(`http://localhost${path}`);
    if (!response.ok) throw new Error(`workerd answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  try {
    const works: WorkResult[] = [];
    for (const [groupAt, group] of GROUPS.entries()) {
      if (!parts.has(group.name)) continue;
      const members = membersOf(group, WEB_CONTENDERS);
      for (const [workAt, work] of group.works.entries()) {
        report(`${group.name}: ${work.name}`);
        const keys = members.map((_, memberAt) => `${groupAt}.${workAt}.${memberAt}`);
        const counts = new Map<string, number>();
        for (const key of keys) {
          const count = await plan(ask, key, options.slice);
          if (count !== undefined) counts.set(key, count);
        }
        const entrants = [...counts.keys()];
        const rounds = options.rounds * (group.moreRounds ?? 1);
        const results = await takeTurns(entrants, rounds, async (key) => {
          const count = counts.get(key) ?? FEWEST;
          if (work.isConsuming) await prepare(ask, key, count);
          return costOf(ask, key, count);
        });
        const series = entrants.map((key, index) => ({
          contender: members[keys.indexOf(key)]?.name ?? key,
          rounds: results[index] ?? [],
        }));
        works.push({ group: group.name, work: work.name, series: compareSeries(series, members) });
      }
    }
    return { runtime: `workerd ${version()}`, works };
  } finally {
    await worker.dispose();
  }
}

/** @returns how many requests a turn has, or `undefined` for a contender that cannot do the work */
async function plan(ask: Ask, key: string, slice: number): Promise<number | undefined> {
  for (let requests = FEWEST; ; requests = Math.min(requests * 3, MOST)) {
    if (!(await prepare(ask, key, requests))) return undefined;
    // The first of them finds the code uncompiled, and either may have been disturbed.
    const costs = [await costOf(ask, key, requests), await costOf(ask, key, requests)];
    const milliseconds = (Math.min(...costs) * requests) / 1_000;
    if (milliseconds >= slice / 2 || requests === MOST) return requests;
  }
}

/** Has cookies made for as many requests. */
async function prepare(ask: Ask, key: string, requests: number): Promise<boolean> {
  return (await ask(`/prepare?key=${key}&requests=${requests}`)) === true;
}

/** Microseconds that handling a request takes. */
async function costOf(ask: Ask, key: string, requests: number): Promise<number> {
  return (Number(await ask(`/run?key=${key}`)) * 1_000) / requests;
}

function version(): string {
  return createRequire(import.meta.url)("workerd/package.json").version;
}
