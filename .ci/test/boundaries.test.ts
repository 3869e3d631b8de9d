import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bundle, root } from "./bundle.ts";

interface PackageRule {
  readonly name: string;
  readonly folder: string;
  readonly mayImport: readonly string[];
  /** It runs in Node and nowhere else, and may import what is built in there. */
  readonly isProgram?: true;
}

/** What each package may import, in the one direction dependencies point. A new package takes its place here. */
const PACKAGES: readonly PackageRule[] = [
  { name: "@coatcheck/core", folder: "packages/core", mayImport: [] },
  { name: "@coatcheck/testing", folder: "packages/testing", mayImport: ["@coatcheck/core", "chai", "tough-cookie"] },
  {
    name: "@coatcheck/stores",
    folder: "packages/stores",
    mayImport: ["@coatcheck/core", "kysely", "kysely/migration"],
  },
  { name: "@coatcheck/auth", folder: "packages/auth", mayImport: ["@coatcheck/core", "@coatcheck/core/toolkit"] },
  { name: "@coatcheck/csrf", folder: "packages/csrf", mayImport: ["@coatcheck/core", "@coatcheck/core/toolkit"] },
  {
    name: "@coatcheck/inspector",
    folder: "packages/inspector",
    mayImport: ["@coatcheck/core", "@coatcheck/core/toolkit"],
  },
  {
    name: "@coatcheck/hono",
    folder: "adapters/hono",
    mayImport: ["@coatcheck/core", "@coatcheck/auth", "@coatcheck/csrf", "hono"],
  },
  {
    name: "coatcheck",
    folder: "packages/cli",
    mayImport: [
      ...["@coatcheck/core", "@coatcheck/core/toolkit", "@coatcheck/auth", "@coatcheck/inspector/cookie"],
      ...["@coatcheck/stores/redis", "@coatcheck/stores/sql", "@coatcheck/stores/sqlite"],
      ...["@clack/prompts", "commander", "kysely"],
    ],
    isProgram: true,
  },
  { name: "@coatcheck/workers", folder: "adapters/workers", mayImport: ["@coatcheck/core"] },
  { name: "@coatcheck/deno", folder: "adapters/deno", mayImport: ["@coatcheck/core"] },
  { name: "@coatcheck/bun", folder: "adapters/bun", mayImport: ["@coatcheck/core"] },
];

/** Lines of source an adapter may have: it binds, and does nothing else. */
const MAX_ADAPTER_LINES = 80;

function readManifest(folder: string): { readonly exports: object; readonly private?: boolean } {
  return JSON.parse(readFileSync(`${root}/${folder}/package.json`, "utf8"));
}

function sourcesOf(folder: string): { readonly path: string; readonly text: string }[] {
  return readdirSync(`${root}/${folder}/src`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => ({ path: `${folder}/src/${file}`, text: readFileSync(`${root}/${folder}/src/${file}`, "utf8") }));
}

/** Comments may speak of what the code may not use. */
function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

describe("boundaries", () => {
  it("are drawn for every package that there is", () => {
    const folders = ["packages", "adapters"]
      .flatMap((group) => readdirSync(`${root}/${group}`).map((name) => `${group}/${name}`))
      .filter((folder) => !readManifest(folder).private);
    expect(PACKAGES.map(({ folder }) => folder).sort()).toEqual(folders.sort());
  });

  for (const { name, folder, mayImport, isProgram } of PACKAGES) {
    for (const key of Object.keys(readManifest(folder).exports).filter((path) => path !== "./package.json")) {
      const entry = `${name}${key.slice(1)}`;
      it(`${entry} imports ${mayImport.join(", ")} and nothing else`, async () => {
        const { imports } = await bundle(`export * from "${entry}";`, [...mayImport, "node:*"]);
        expect(imports.filter((path) => !mayImport.some((allowed) => path === allowed))).toEqual([]);
      });
    }

    it(`${name} names no other package in its sources, in types neither`, () => {
      for (const { path, text } of sourcesOf(folder)) {
        const named = [...withoutComments(text).matchAll(/(?:from|import\()\s*["']([^."'][^"']*)["']/g)].map(
          ([, from]) => from,
        );
        const foreign = named.filter(
          (from = "") => !mayImport.includes(from) && !(isProgram && from.startsWith("node:")),
        );
        expect(foreign, path).toEqual([]);
      }
    });
  }

  it("keep runtimes out of each other's adapters", () => {
    const globals = {
      workers: /\b(Deno|Bun|process)\./,
      deno: /\b(Bun|process|caches)\./,
      bun: /\b(Deno|process|caches)\./,
    };
    for (const [name, forbidden] of Object.entries(globals)) {
      for (const { path, text } of sourcesOf(`adapters/${name}`))
        expect(withoutComments(text), path).not.toMatch(forbidden);
    }
  });

  it("keep runtimes, the environment and the console out of core", () => {
    const forbidden = /\b(process|Deno|Bun|Buffer|console|__dirname|require)\b\s*[.([]|["']node:/;
    for (const { path, text } of sourcesOf("packages/core")) {
      const code = withoutComments(text).replace(/(["'`])(?:\\.|(?!\1).)*\1/g, '""');
      expect(forbidden.exec(code)?.[0], path).toBeUndefined();
    }
  });

  it(`keep adapters below ${MAX_ADAPTER_LINES} lines`, () => {
    for (const { folder } of PACKAGES.filter((entry) => entry.folder.startsWith("adapters/"))) {
      const lines = sourcesOf(folder).reduce((sum, { text }) => sum + text.split("\n").length - 1, 0);
      expect(lines, folder).toBeLessThan(MAX_ADAPTER_LINES);
    }
  });

  it("keep every source file short enough to read", () => {
    for (const { path, text } of PACKAGES.flatMap(({ folder }) => sourcesOf(folder))) {
      expect(text.split("\n").length, path).toBeLessThanOrEqual(300);
    }
  });
});
