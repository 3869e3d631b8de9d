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
 * Builds and packs all published packages as `npm publish` would. It works in a copy of the repository, so that several
 * test files can do it at the same time without reading each other's half-written `dist`.
 *
 * @param destination - the folder for the tarballs
 * @returns the packages by folder, `packages/core`
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

/** Unpacks a package into a `node_modules` folder, as an installation does. */
export function unpack({ name, tarball }: Packed, nodeModules: string): void {
  const folder = join(nodeModules, name);
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1"]);
}

/**
 * Links installed packages of the repository into another `node_modules` folder.
 *
 * @param names - names of packages or scopes
 * @param from - the folder that has them. @default the `node_modules` of the repository
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
  /** The names of its dependencies. */
  readonly needs: readonly string[];
}

/** All published packages. Each one comes after its dependencies. */
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
    if (ready.length === 0) throw new Error(`These packages depend on each other: ${[...waiting].join(", ")}.`);
    ordered.push(...ready);
    left = left.filter((one) => !ready.includes(one));
  }
  return ordered;
}

/** Copies the packages without their builds and tests, and links them to each other as dependencies. */
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
