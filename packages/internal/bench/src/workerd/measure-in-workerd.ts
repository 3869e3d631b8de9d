import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundleProgram } from "../cold-start/bundle.ts";
import { WEB_CONTENDERS } from "../contenders/web-contenders.ts";
import { takeTurns } from "../measurement/rounds.ts";
import type { RuntimeResults } from "../run/measure-workloads.ts";
import { GROUPS, membersOf } from "../workloads/groups.ts";
import { type WorkloadResult, withBaselines } from "../workloads/measure-group.ts";
import type { RoundOptions } from "../workloads/run-workload.ts";

const script = fileURLToPath(new URL("worker.ts", import.meta.url));

/** The fewest and the most requests of a turn. */
const [MIN_REQUESTS, MAX_REQUESTS] = [30, 7_290];

/** Sends a command to the worker, and resolves to its answer. */
type SendCommand = (path: string) => Promise<unknown>;

/**
 * Runs the selected workloads in workerd. The clock there has milliseconds only, so all requests of a turn are timed
 * together.
 */
export async function measureInWorkerd(
  parts: ReadonlySet<string>,
  options: RoundOptions,
  report: (description: string) => void,
): Promise<RuntimeResults> {
  const worker = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      compatibilityDate: "2026-10-01",
      compatibilityFlags: ["nodejs_compat"],
      modules: [{ type: "ESModule", path: "worker.mjs", contents: await bundleProgram(script, "workerd") }],
    }),
  );
  const send: SendCommand = async (path) => {
    const response = await worker.dispatchFetch(`http://localhost${path}`);
    if (!response.ok) throw new Error(`workerd answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  try {
    const workloads: WorkloadResult[] = [];
    for (const [groupIndex, group] of GROUPS.entries()) {
      const members = membersOf(group, WEB_CONTENDERS);
      if (!parts.has(group.name) || members.length === 0) continue;
      for (const [workloadIndex, workload] of group.workloads.entries()) {
        report(`${group.name}: ${workload.name}`);
        const keys = members.map((_, memberIndex) => `${groupIndex}.${workloadIndex}.${memberIndex}`);
        const counts = new Map<string, number>();
        for (const key of keys) {
          const count = await chooseRequestCount(send, key, options.slice);
          if (count !== undefined) counts.set(key, count);
        }
        const entries = [...counts.keys()];
        const rounds = options.rounds * (group.moreRounds ?? 1);
        const results = await takeTurns(entries, rounds, async (key) => {
          const count = counts.get(key) ?? MIN_REQUESTS;
          if (workload.isConsuming) await prepare(send, key, count);
          return costOf(send, key, count);
        });
        const series = entries.map((key, index) => ({
          contender: members[keys.indexOf(key)]?.name ?? key,
          rounds: results[index] ?? [],
        }));
        workloads.push({ group: group.name, workload: workload.name, series: withBaselines(series, members) });
      }
    }
    return { runtime: `workerd ${version()}`, workloads };
  } finally {
    await worker.dispose();
  }
}

/** @returns the number of requests in a turn; `undefined` when the contender does not support the workload */
async function chooseRequestCount(send: SendCommand, key: string, slice: number): Promise<number | undefined> {
  for (let requests = MIN_REQUESTS; ; requests = Math.min(requests * 3, MAX_REQUESTS)) {
    if (!(await prepare(send, key, requests))) return undefined;
    // The code of the first run is not compiled yet, and other programs may disturb either run.
    const costs = [await costOf(send, key, requests), await costOf(send, key, requests)];
    const milliseconds = (Math.min(...costs) * requests) / 1_000;
    if (milliseconds >= slice / 2 || requests === MAX_REQUESTS) return requests;
  }
}

/** Creates the cookies for so many requests. */
async function prepare(send: SendCommand, key: string, requests: number): Promise<boolean> {
  return (await send(`/prepare?key=${key}&requests=${requests}`)) === true;
}

/** Microseconds per request. */
async function costOf(send: SendCommand, key: string, requests: number): Promise<number> {
  return (Number(await send(`/run?key=${key}`)) * 1_000) / requests;
}

function version(): string {
  return createRequire(import.meta.url)("workerd/package.json").version;
}
