import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, matchesGlob, posix } from "node:path";
import { fileURLToPath } from "node:url";

/** The path of the repository. */
export const root: string = fileURLToPath(new URL("..", import.meta.url));

/** The manifest of a package, an adapter or an example. */
export interface Manifest {
  /** `packages/core` */
  readonly folder: string;
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** The condition in `exports` that leads to the source of an entry point. */
const SOURCE_CONDITION = "@coatcheck/source";

/** The files of the repository that match a glob, without those that git ignores. */
export function listFiles(glob: string): string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard"];
  const files = execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim().split("\n");
  return files.filter((file) => matchesGlob(file, glob) && existsSync(join(root, file)));
}

/** The manifests of all packages, adapters and examples. */
export function readManifests(): Manifest[] {
  return listFiles("{packages,packages/internal,adapters,examples}/*/package.json").map((path) => ({
    ...JSON.parse(readFileSync(join(root, path), "utf8")),
    folder: posix.dirname(path),
  }));
}

/** The path of the source of every entry point, by its specifier: `@coatcheck/core/toolkit`. */
export function sourcesByEntry(manifests: readonly Manifest[]): Map<string, string> {
  const entries = new Map<string, string>();
  for (const { folder, name, exports = {} } of manifests) {
    for (const [key, target] of Object.entries(exports)) {
      const source = typeof target === "string" ? target : target[SOURCE_CONDITION];
      if (source?.endsWith(".ts")) entries.set(posix.join(name, key), posix.join(folder, source));
    }
  }
  return entries;
}
