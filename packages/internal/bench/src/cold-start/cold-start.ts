import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { takeTurns } from "../measurement/rounds.ts";
import { PROGRAMS } from "../programs/programs.ts";
import { commandFor } from "../runtimes.ts";
import { bundleProgram, type Target } from "./bundle.ts";

/** How long the first request takes in a runtime, each time in a new process. */
export interface ColdStart {
  readonly runtime: Target;
  /** Milliseconds by round. */
  readonly series: readonly { readonly program: string; readonly rounds: readonly number[] }[];
}

const script = fileURLToPath(new URL("first-request.ts", import.meta.url));

/** Divides the number of rounds in workerd, where each starts a server. */
const WORKERD_DIVISOR = 3;

export async function coldStarts(rounds: number, report: (description: string) => void): Promise<ColdStart[]> {
  const folder = mkdtempSync(join(tmpdir(), "coatcheck-cold-"));
  try {
    const results: ColdStart[] = [];
    for (const runtime of ["node", "deno", "bun"] as const) {
      report(`cold start, ${runtime}`);
      const bundles = await bundleAll(runtime);
      for (const [index, { code }] of bundles.entries()) writeFileSync(join(folder, `${runtime}-${index}.mjs`), code);
      const times = await takeTurns([...bundles.keys()], rounds, async (index) => {
        const [file, ...args] = commandFor(runtime, script, [join(folder, `${runtime}-${index}.mjs`)]);
        return Number(execFileSync(file, args, { encoding: "utf8" }));
      });
      results.push({ runtime, series: bundles.map(({ program }, index) => ({ program, rounds: times[index] ?? [] })) });
    }
    report("cold start, workerd");
    const bundles = await bundleAll("workerd");
    // Not measured: the first start reads workerd from disk.
    await startWorker(bundles[0]?.code ?? "");
    const times = await takeTurns(bundles, Math.ceil(rounds / WORKERD_DIVISOR), ({ code }) => startWorker(code));
    results.push({
      runtime: "workerd",
      series: bundles.map(({ program }, index) => ({ program, rounds: times[index] ?? [] })),
    });
    return results;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function bundleAll(runtime: Target): Promise<{ program: string; code: string }[]> {
  const names = Object.entries(PROGRAMS);
  return Promise.all(names.map(async ([program, file]) => ({ program, code: await bundleProgram(file, runtime) })));
}

/**
 * Milliseconds until a new workerd has answered. Time stands still within its requests, so it is measured outside and
 * includes the start of workerd.
 */
async function startWorker(code: string): Promise<number> {
  const startedAt = performance.now();
  const worker = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      compatibilityDate: "2026-10-01",
      compatibilityFlags: ["nodejs_compat"],
      modules: [{ type: "ESModule", path: "worker.mjs", contents: code }],
    }),
  );
  try {
    const response = await worker.dispatchFetch("http://localhost/fill");
    await response.text();
    const milliseconds = performance.now() - startedAt;
    if (!response.ok) throw new Error(`workerd answered ${response.status}`);
    return milliseconds;
  } finally {
    await worker.dispose();
  }
}
