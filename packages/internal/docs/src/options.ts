import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TypeDocOptions } from "typedoc";

/** The root of the repository. */
export const root: string = join(import.meta.dirname, "../../../..");

/** The packages that applications import, in the order of the site. */
export const PACKAGES: readonly string[] = [
  ...["packages/core", "packages/stores", "packages/auth", "packages/csrf", "packages/inspector", "packages/testing"],
  ...["adapters/hono", "adapters/workers", "adapters/deno", "adapters/bun"],
];

/** The groups of pages in their order, each with its folders. */
export const PAGES: Readonly<Record<string, readonly string[]>> = {
  Guides: ["packages/core/docs"],
  Packages: [...PACKAGES, "packages/cli"],
  Examples: exampleFolders(),
  Decisions: ["packages/core/docs/decisions"],
  Repository: [".", "packages/internal/bench", "packages/internal/hardening"],
};

/** The parts of a `package.json` that are read here. */
export interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly "@coatcheck/source"?: string }>>;
}

export const options: Partial<TypeDocOptions> = {
  name: "coatcheck",
  entryPoints: PACKAGES.flatMap(entryPointsOf),
  tsconfig: join(root, "tsconfig.json"),
  readme: join(root, "README.md"),
  projectDocuments: Object.values(PAGES).flat().flatMap(pagesIn),
  out: process.argv[2] ?? join(root, "packages/internal/docs/dist"),
  // The site links to no repository host, and is the same wherever it is built.
  disableSources: true,
  hideGenerator: true,
  headings: { readme: false, document: false },
  customCss: join(import.meta.dirname, "site.css"),
  githubPages: false,
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  sort: ["source-order"],
  sortEntryPoints: false,
  groupOrder: ["Guides", "Packages", "Modules", ...Object.keys(PAGES).slice(2), "*"],
  highlightLanguages: ["bash", "json", "jsonc", "mermaid", "sql", "tsx", "typescript"],
  navigation: { includeGroups: true },
  packagesRequiringDocumentation: PACKAGES.map((folder) => readManifest(folder).name),
  // `requireComments` checks members, because not every member needs a comment.
  requiredToBeDocumented: ["Class", "Interface", "TypeAlias", "Variable", "Enum", "EnumMember", "Constructor"],
  // Public types may refer to types that are not exported, where an application needs only the name.
  validation: { notExported: false, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: true },
};

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
}

/** The source file of each key in a package's `exports`. */
function entryPointsOf(folder: string): string[] {
  return Object.values(readManifest(folder).exports).flatMap((entry) => {
    const source = typeof entry === "string" ? undefined : entry["@coatcheck/source"];
    return source === undefined ? [] : [join(root, folder, source)];
  });
}

function pagesIn(folder: string): string[] {
  // The README of the repository is the front page.
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith(".md"));
  return names.filter((name) => folder !== "." || name !== "README.md").map((name) => join(root, folder, name));
}

function exampleFolders(): string[] {
  const entries = readdirSync(join(root, "examples"), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `examples/${name}`);
}
