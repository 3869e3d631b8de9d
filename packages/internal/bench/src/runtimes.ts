import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RuntimeName } from "./options.ts";

/** The root of the repository. */
export const root: string = fileURLToPath(new URL("../../../..", import.meta.url));

/** Imports packages of this repository from their sources. */
const CONDITION = "--conditions=@coatcheck/source";

const FLAGS: Readonly<Record<RuntimeName, readonly string[]>> = {
  node: [CONDITION],
  deno: ["run", "--allow-all", "--no-check", "--node-modules-dir=manual", CONDITION],
  bun: [CONDITION],
};

/** The command that runs a file in a runtime, with the program that npm installed here. */
export function commandFor(runtime: RuntimeName, file: string, args: readonly string[] = []): [string, ...string[]] {
  const program = join(root, "node_modules", ".bin", runtime);
  if (!existsSync(program)) throw new Error(`${runtime} is not installed. Run npm install.`);
  return [program, ...FLAGS[runtime], file, ...args];
}

/** The runtime of this process. */
export function currentRuntime(): RuntimeName {
  if ("Bun" in globalThis) return "bun";
  return "Deno" in globalThis ? "deno" : "node";
}
