import { posix } from "node:path";
import { type Manifest, sourcesByEntry } from "../repository.ts";
import type { SourceFile } from "./source-files.ts";

/** An import of one source file by another. */
export interface Import {
  readonly from: string;
  readonly to: string;
}

/** Every import of one of these files by another of them, type imports included. */
export function importsBetween(files: readonly SourceFile[], manifests: readonly Manifest[]): Import[] {
  const entries = sourcesByEntry(manifests);
  const paths = new Set(files.map(({ path }) => path));
  return files.flatMap((file) =>
    file.imports.flatMap((specifier) => {
      const isRelative = specifier.startsWith(".");
      const to = isRelative ? posix.join(posix.dirname(file.path), specifier) : entries.get(specifier);
      return to !== undefined && paths.has(to) ? [{ from: file.path, to }] : [];
    }),
  );
}

/** The groups of files that import each other, directly or through others. */
export function circlesIn(imports: readonly Import[]): string[][] {
  const reached = new Map<string, Set<string>>();
  const targets = Map.groupBy(imports, ({ from }) => from);
  const reachedFrom = (start: string): Set<string> => {
    const seen = new Set<string>();
    const open = [start];
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      for (const { to } of targets.get(file) ?? []) {
        if (seen.has(to)) continue;
        seen.add(to);
        open.push(to);
      }
    }
    return seen;
  };
  for (const file of targets.keys()) reached.set(file, reachedFrom(file));

  const circles: string[][] = [];
  const grouped = new Set<string>();
  for (const [file, others] of reached) {
    if (grouped.has(file) || !others.has(file)) continue;
    const circle = [...others].filter((other) => reached.get(other)?.has(file)).sort();
    for (const member of circle) grouped.add(member);
    circles.push(circle);
  }
  return circles;
}
