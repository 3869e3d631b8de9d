import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { readManifests, root } from "../repository.ts";

/** A package as it is published. */
export interface Packed {
  /** `@coatcheck/core`. */
  readonly name: string;
  /** The path of the file. */
  readonly tarball: string;
}

/**
 * Builds and packs all that is published as `npm publish` would, in a copy: several test files may do it at the same time,
 * and none meets the half-written `dist` of another.
 *
 * @param destination - the folder for the tarballs
 * @returns by folder, `packages/core`
 */
export function packAll(destination: string): ReadonlyMap<string, Packed> {
  const copy = mkdtempSync(join(tmpdir(), "coatcheck-pack-"));
  try {
    const published = readPublished();
    copySources(published, copy);
    return new Map(
      published.map(({ folder, name }) => [folder, { name, tarball: pack(join(copy, folder), destination) }]),
    );
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** Unpacks a package into a `node_modules`, as an installation would have it. */
export function unpack({ name, tarball }: Packed, nodeModules: string): void {
  const folder = join(nodeModules, name);
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1"]);
}

/**
 * Puts what the repository has installed into another `node_modules`.
 *
 * @param names - of packages, or scopes
 * @param from - where they are installed. @default the repository's own
 */
export function link(names: readonly string[], nodeModules: string, from: string = join(root, "node_modules")): void {
  for (const name of names) {
    mkdirSync(dirname(join(nodeModules, name)), { recursive: true });
    symlinkSync(join(from, name), join(nodeModules, name));
  }
}

interface Published {
  readonly folder: string;
  readonly name: string;
  /** Names of packages that must be built before, among others. */
  readonly needs: readonly string[];
}

/** What is not private, each after what it needs. */
function readPublished(): Published[] {
  let left = readManifests()
    .filter((manifest) => manifest.private !== true)
    .map(({ folder, name, dependencies, peerDependencies }): Published => {
      return { folder, name, needs: Object.keys({ ...dependencies, ...peerDependencies }) };
    });
  const ordered: Published[] = [];
  while (left.length > 0) {
    const waiting = new Set(left.map(({ name }) => name));
    const ready = left.filter(({ needs }) => !needs.some((name) => waiting.has(name)));
    if (ready.length === 0) throw new Error(`These packages need each other: ${[...waiting].join(", ")}.`);
    ordered.push(...ready);
    left = left.filter((one) => !ready.includes(one));
  }
  return ordered;
}

/** Without what was built before and installed, and with each other for dependencies. */
function copySources(published: readonly Published[], copy: string): void {
  for (const file of ["package.json", "tsconfig.json"]) cpSync(join(root, file), join(copy, file));
  const installed = readdirSync(join(root, "node_modules")).filter((name) => !/^@?coatcheck$/.test(name));
  link(installed, join(copy, "node_modules"));
  const omitted: ReadonlySet<string> = new Set(["node_modules", "dist", "test"]);
  for (const { folder, name } of published) {
    cpSync(join(root, folder), join(copy, folder), { recursive: true, filter: (path) => !omitted.has(basename(path)) });
    if (existsSync(join(root, folder, "node_modules"))) link(["node_modules"], join(copy, folder), join(root, folder));
    const own = join(copy, "node_modules", name);
    mkdirSync(dirname(own), { recursive: true });
    symlinkSync(join(copy, folder), own);
  }
}

function pack(cwd: string, destination: string): string {
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--pack-destination", destination], {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  return join(destination, packed.filename);
}
