import type { ESTree } from "vite";
import type { Manifest } from "../repository.ts";
import { circlesIn, type Import, importsBetween } from "./import-graph.ts";
import { coreLayer, PACKAGES, packageLayer } from "./packages.ts";
import { type SourceFile, visit } from "./source-files.ts";

/** Lines of source in an adapter: it takes the request, calls the core and returns the response. */
export const MAX_ADAPTER_LINES = 80;
/** Lines in a source file. */
export const MAX_FILE_LINES = 300;

/** The repository, as far as rules need it. */
export interface Repository {
  readonly files: readonly SourceFile[];
  readonly manifests: readonly Manifest[];
}

/** A rule finds violations, each described in one line. */
export type Rule = (repository: Repository) => string[];

/** All rules, by what they count. */
export const RULES: Readonly<Record<string, Rule>> = {
  circles: ({ files, manifests }) => circlesIn(importsBetween(files, manifests)).map((circle) => circle.join(" <-> ")),
  "upward imports": findUpwardImports,
  "published packages without a layer": findUnlistedPackages,
  "imports of private packages by published ones": findPrivateImports,
  "imports that a package may not have": findForeignImports,
  "uses of a runtime or a framework in core": findAmbientUses,
  "uses of another runtime in an adapter": findForeignRuntimes,
  "files and adapters that are too long": findLongFiles,
};

function findUpwardImports({ files, manifests }: Repository): string[] {
  const unknown = files
    .filter(({ path }) => coreLayer(path) === -1)
    .map(({ path }) => `${path} is in no layer of core`);
  const upward = importsBetween(files, manifests).filter(isUpward);
  return [...unknown, ...upward.map(({ from, to }) => `${from} -> ${to}`)];
}

function isUpward({ from, to }: Import): boolean {
  const [own, other] = [coreLayer(from), coreLayer(to)];
  if (own !== undefined && other !== undefined) return other > own;
  const isOwnPackage = packageOf(from) === packageOf(to);
  return !isOwnPackage && packageLayer(to) >= packageLayer(from) && !isBetweenPrivatePackages(from, to);
}

/** Private packages may use each other; circles between them are found all the same. */
function isBetweenPrivatePackages(from: string, to: string): boolean {
  return [from, to].every((path) => path.startsWith("packages/internal/"));
}

function packageOf(path: string): string {
  return path.replace(/\/src\/.*$/, "");
}

function findUnlistedPackages({ manifests }: Repository): string[] {
  const listed = new Set(PACKAGES.map(({ name, folder }) => `${folder} ${name}`));
  const published = manifests.filter((manifest) => manifest.private !== true);
  return published.map(({ name, folder }) => `${folder} ${name}`).filter((entry) => !listed.has(entry));
}

function findPrivateImports({ files, manifests }: Repository): string[] {
  const names = manifests.filter((manifest) => manifest.private === true).map(({ name }) => name);
  const isPrivate = (specifier: string): boolean =>
    names.some((name) => specifier === name || specifier.startsWith(`${name}/`));
  return findImports({ files }, (specifier) => !isPrivate(specifier));
}

function findForeignImports({ files }: Repository): string[] {
  return findImports({ files }, (specifier, { mayImport, isProgram }) => {
    const isBuiltIn = specifier.startsWith("node:");
    return specifier.startsWith(".") || mayImport.includes(specifier) || (isBuiltIn && isProgram === true);
  });
}

/** The imports of published packages that are not allowed. */
function findImports(
  { files }: Pick<Repository, "files">,
  isAllowed: (specifier: string, importer: (typeof PACKAGES)[number]) => boolean,
): string[] {
  return files.flatMap((file) => {
    const importer = PACKAGES.find(({ folder }) => file.path.startsWith(`${folder}/`));
    if (importer === undefined) return [];
    return file.imports
      .filter((specifier) => !isAllowed(specifier, importer))
      .map((specifier) => `${file.path} -> ${specifier}`);
  });
}

/** Core runs everywhere: it takes the clock, secrets and stores as options, and reads nothing from its surroundings. */
function findAmbientUses({ files }: Repository): string[] {
  const globals = /^(process|Deno|Bun|Buffer|console|require|__dirname|__filename)$/;
  const frameworks = /\b(hono|express|koa|fastify|elysia|h3|remix|next\.js|sveltekit)\b|\bnode:/i;
  return inFolder(files, "packages/core").flatMap((file) => {
    const names = globalsIn(file).filter((name) => globals.test(name));
    const texts = stringsIn(file).filter((text) => frameworks.test(text));
    return [...names, ...texts].map((use) => `${file.path}: ${use}`);
  });
}

function findForeignRuntimes({ files }: Repository): string[] {
  const foreign: Readonly<Record<string, RegExp>> = {
    workers: /^(Deno|Bun|process)$/,
    deno: /^(Bun|process|caches)$/,
    bun: /^(Deno|process|caches)$/,
  };
  return Object.entries(foreign).flatMap(([name, pattern]) =>
    inFolder(files, `adapters/${name}`).flatMap((file) =>
      globalsIn(file)
        .filter((global) => pattern.test(global))
        .map((global) => `${file.path}: ${global}`),
    ),
  );
}

function findLongFiles({ files }: Repository): string[] {
  const linesOf = ({ text }: SourceFile): number => text.split("\n").length - 1;
  const long = files
    .filter((file) => linesOf(file) > MAX_FILE_LINES)
    .map((file) => `${file.path}: ${linesOf(file)} lines, at most ${MAX_FILE_LINES}`);
  const adapters = PACKAGES.filter(({ folder }) => folder.startsWith("adapters/")).map(({ folder }) => {
    return { folder, lines: inFolder(files, folder).reduce((sum, file) => sum + linesOf(file), 0) };
  });
  const longAdapters = adapters
    .filter(({ lines }) => lines >= MAX_ADAPTER_LINES)
    .map(({ folder, lines }) => `${folder}: ${lines} lines, fewer than ${MAX_ADAPTER_LINES} allowed`);
  return [...long, ...longAdapters];
}

function inFolder(files: readonly SourceFile[], folder: string): SourceFile[] {
  return files.filter(({ path }) => path.startsWith(`${folder}/`));
}

/** The names of all identifiers of a file that can refer to a global, and of the members of `globalThis`. */
function globalsIn(file: SourceFile): string[] {
  const names = new Set<string>();
  const members = new Set<ESTree.Node>();
  visit(file, {
    MemberExpression({ object, property, computed }) {
      const isGlobal = object.type === "Identifier" && object.name === "globalThis";
      if (!computed && !isGlobal) members.add(property);
    },
    Identifier(node) {
      if (!members.has(node)) names.add(node.name);
    },
  });
  return [...names];
}

/** The texts of all string literals and templates of a file, without the specifiers of its imports. */
function stringsIn(file: SourceFile): string[] {
  const texts: string[] = [];
  visit(file, {
    Literal({ value }) {
      if (typeof value === "string") texts.push(value);
    },
    TemplateElement({ value }) {
      texts.push(value.raw);
    },
  });
  return texts;
}
