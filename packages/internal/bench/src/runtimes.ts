import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RuntimeName } from "./options.ts";

/** The repository. */
export const root: string = fileURLToPath(new URL("../../../..", import.meta.url));

/** Packages of this repository are taken as they are written. */
const CONDITION = "--conditions=@coatcheck/source";

const FLAGS: Readonly<Record<RuntimeName, readonly string[]>> = {
  node: [CONDITION],
  deno: ["run", "--allow-all", "--no-check", "--node-modules-dir=manual", CONDITION],
  bun: [CONDITION],
};

/** How a file is run in a runtime: the ones that npm installed here. */
export function commandFor(runtime: RuntimeName, file: string, args: readonly string[] = []): [string, ...string[]] {
  const program = join(root, "node_modules", ".bin", runtime);
  if (!existsSync(program)) throw new Error(`${runtime} is not installed: npm install`);
  return [program, ...FLAGS[runtime], file, ...args];
}

/** The runtime that this process is. */
export function currentRuntime(): RuntimeName {
  if ("Bun" in globalThis) return "bun";
  return "Deno" in globalThis ? "deno" : "node";
}
