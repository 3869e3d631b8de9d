import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TypeDocOptions } from "typedoc";

/** The repository. */
export const root: string = join(import.meta.dirname, "../../../..");

/** The packages that are imported, in the order of the site. */
export const PACKAGES: readonly string[] = [
  ...["packages/core", "packages/stores", "packages/auth", "packages/csrf", "packages/inspector", "packages/testing"],
  ...["adapters/hono", "adapters/workers", "adapters/deno", "adapters/bun"],
];

/** The groups of pages, in their order, each with the folders that hold them. */
export const PAGES: Readonly<Record<string, readonly string[]>> = {
  Guides: ["packages/core/docs"],
  Packages: [...PACKAGES, "packages/cli"],
  Examples: examples(),
  Decisions: ["packages/core/docs/decisions"],
  Repository: [".", "packages/internal/bench", "packages/internal/hardening"],
};

/** Of a `package.json`, what is read here. */
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
  // Nothing that is not in the repository: no link to a host of its sources, and the same site wherever it is built.
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
  highlightLanguages: ["bash", "json", "jsonc", "sql", "tsx", "typescript"],
  navigation: { includeGroups: true },
  packagesRequiringDocumentation: PACKAGES.map((folder) => readManifest(folder).name),
  // Members are looked at by `demandDocumentation`, for not each one has more to say than its name.
  requiredToBeDocumented: ["Class", "Interface", "TypeAlias", "Variable", "Enum", "EnumMember", "Constructor"],
  // What is public speaks of types that are not: of a mode, say, an application needs the name alone.
  validation: { notExported: false, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: true },
};

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
}

/** The source behind each key of a package's `exports`. */
function entryPointsOf(folder: string): string[] {
  return Object.values(readManifest(folder).exports).flatMap((entry) => {
    const source = typeof entry === "string" ? undefined : entry["@coatcheck/source"];
    return source === undefined ? [] : [join(root, folder, source)];
  });
}

function pagesIn(folder: string): string[] {
  // The repository's README is the front page.
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith(".md"));
  return names.filter((name) => folder !== "." || name !== "README.md").map((name) => join(root, folder, name));
}

function examples(): string[] {
  const entries = readdirSync(join(root, "examples"), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `examples/${name}`);
}
