import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CONTENDERS } from "../contenders/contenders.ts";
import { root } from "../runtimes.ts";

/** The installed versions of all packages and runtimes that are measured. */
export function describeVersions(): string {
  const names = CONTENDERS.flatMap((contender) => contender.package ?? []);
  const packages = [
    ...new Set([...names, "connect-redis", "redis", "@hono/node-server", "deno", "bun", "workerd"]),
  ].sort();
  return packages.map((name) => `${name} ${versionOf(name)}`).join(", ");
}

/** npm installs a package either in this folder or at the root, depending on what other packages need. */
function versionOf(name: string): string {
  const folders = [join(root, "packages/internal/bench/node_modules"), join(root, "node_modules")];
  const manifest = folders.map((folder) => join(folder, name, "package.json")).find((file) => existsSync(file));
  return manifest === undefined ? "not installed" : JSON.parse(readFileSync(manifest, "utf8")).version;
}
