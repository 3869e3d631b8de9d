import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { type Manifest, readManifests, root } from "../repository.ts";

/** A package as it is published. */
export interface Packed {
  /** `@coatcheck/core` */
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
    const published = readManifests().filter((manifest) => manifest.private !== true);
    copySources(published, copy);
    npm(copy, "run", "--silent", "build", "--workspaces");
    const packed: { name: string; filename: string }[] = JSON.parse(
      npm(copy, "pack", "--json", "--workspaces", "--ignore-scripts", "--pack-destination", destination),
    );
    const tarballs = new Map(packed.map(({ name, filename }) => [name, join(destination, filename)]));
    return new Map(published.map(({ folder, name }) => [folder, { name, tarball: tarballs.get(name) ?? "" }]));
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

/** Copies the packages without their builds and tests, and links them to each other as dependencies. */
function copySources(published: readonly Manifest[], copy: string): void {
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

function npm(cwd: string, ...args: readonly string[]): string {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
