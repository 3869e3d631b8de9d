import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CONTENDERS } from "../contenders/contenders.ts";
import { root } from "../runtimes.ts";

/** The versions of all packages and runtimes that are measured, as they are installed. */
export function describeVersions(): string {
  const names = CONTENDERS.flatMap((contender) => contender.package ?? []);
  const packages = [
    ...new Set([...names, "connect-redis", "redis", "@hono/node-server", "deno", "bun", "workerd"]),
  ].sort();
  return packages.map((name) => `${name} ${versionOf(name)}`).join(", ");
}

/** npm puts what this package alone needs beside it, and what others need too at the root. */
function versionOf(name: string): string {
  const places = [join(root, "packages/internal/bench/node_modules"), join(root, "node_modules")];
  const manifest = places.map((place) => join(place, name, "package.json")).find((file) => existsSync(file));
  return manifest === undefined ? "not installed" : JSON.parse(readFileSync(manifest, "utf8")).version;
}
