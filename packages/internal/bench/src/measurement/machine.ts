import { cpus, totalmem } from "node:os";
import process from "node:process";

/** The machine, on which every number depends. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores (${cpu?.model.trim()}), ${memory} GiB of memory`;
}

/** The runtime of this process: `Node 24.21.0`. */
export function describeRuntime(): string {
  const { bun, deno, node } = process.versions;
  if (bun !== undefined) return `Bun ${bun}`;
  return deno === undefined ? `Node ${node}` : `Deno ${deno}`;
}
