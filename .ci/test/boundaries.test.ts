import { describe, expect, it } from "vitest";
import { type Repository, RULES } from "../boundaries/rules.ts";
import { readSources, toSourceFile } from "../boundaries/source-files.ts";
import { type Manifest, readManifests } from "../repository.ts";

const repository: Repository = { files: readSources(), manifests: readManifests() };

/** The violations that appear when files are added to the repository. */
function violationsWith(rule: string, planted: Readonly<Record<string, string>>, manifests: Manifest[] = []): string[] {
  const files = Object.entries(planted).map(([path, text]) => toSourceFile(path, text));
  const find = RULES[rule] ?? (() => []);
  const before = new Set(find(repository));
  const after = { files: [...repository.files, ...files], manifests: [...repository.manifests, ...manifests] };
  return find(after).filter((violation) => !before.has(violation));
}

describe("the rules for imports", () => {
  it("find a circle of type imports", () => {
    const planted = {
      "packages/auth/src/planted/a.ts": 'import type { B } from "./b.ts";\nexport interface A { readonly b: B }',
      "packages/auth/src/planted/b.ts": 'export interface B { readonly a: import("./a.ts").A }',
    };
    expect(violationsWith("circles", planted)).toEqual([Object.keys(planted).join(" <-> ")]);
  });

  it("find a circle of re-exports through three files", () => {
    const planted = {
      "packages/csrf/src/planted/a.ts": 'export * from "./b.ts";',
      "packages/csrf/src/planted/b.ts": 'export type { C } from "./c.ts";',
      "packages/csrf/src/planted/c.ts": 'export const load = () => import("./a.ts");',
    };
    expect(violationsWith("circles", planted)).toEqual([Object.keys(planted).join(" <-> ")]);
  });

  it("find a circle between two packages", () => {
    const manifest: Manifest = {
      folder: "packages/internal/planted",
      name: "@coatcheck/planted",
      private: true,
      exports: { ".": { "@coatcheck/source": "./src/index.ts" } },
    };
    const planted = {
      "packages/internal/planted/src/index.ts": 'export * from "../../../csrf/src/planted.ts";',
      "packages/csrf/src/planted.ts": 'import type {} from "@coatcheck/planted";',
    };
    expect(violationsWith("circles", planted, [manifest])).toHaveLength(1);
    expect(violationsWith("imports of private packages by published ones", planted, [manifest])).toEqual([
      "packages/csrf/src/planted.ts -> @coatcheck/planted",
    ]);
  });

  it("do not take an import in a comment or in a string for an import", () => {
    const text = '// import "./planted.ts"\nexport const code = `import "./planted.ts"`;';
    expect(violationsWith("circles", { "packages/auth/src/planted.ts": text })).toEqual([]);
  });

  it("find an upward import between folders of core", () => {
    const planted = { "packages/core/src/crypto/planted.ts": 'import type { Session } from "../session/session.ts";' };
    expect(violationsWith("upward imports", planted)).toEqual([
      "packages/core/src/crypto/planted.ts -> packages/core/src/session/session.ts",
    ]);
  });

  it("find a folder of core that has no layer", () => {
    expect(violationsWith("upward imports", { "packages/core/src/planted/planted.ts": "" })).toEqual([
      "packages/core/src/planted/planted.ts is in no layer of core",
    ]);
  });

  it("find an import of a package in the same layer", () => {
    const planted = { "packages/auth/src/planted.ts": 'import type { CsrfOptions } from "@coatcheck/csrf";' };
    expect(violationsWith("upward imports", planted)).toEqual([
      "packages/auth/src/planted.ts -> packages/csrf/src/index.ts",
    ]);
    expect(violationsWith("imports that a package may not have", planted)).toHaveLength(1);
  });

  it("find a dependency that is not listed", () => {
    const planted = { "packages/stores/src/planted.ts": 'import type { Redis } from "ioredis";' };
    expect(violationsWith("imports that a package may not have", planted)).toEqual([
      "packages/stores/src/planted.ts -> ioredis",
    ]);
  });
});

describe("the rules for code", () => {
  it("find a runtime, the environment and a framework in core", () => {
    const text =
      '/** process */\nexport const a = globalThis.process?.env;\nexport const b = "Hono needs it";\nimport "node:fs";';
    expect(
      violationsWith("uses of a runtime or a framework in core", { "packages/core/src/planted.ts": text }),
    ).toEqual([
      "packages/core/src/planted.ts: process",
      "packages/core/src/planted.ts: Hono needs it",
      "packages/core/src/planted.ts: node:fs",
    ]);
  });

  it("find another runtime in an adapter", () => {
    const planted = { "adapters/bun/src/planted.ts": "export const kv = Deno.openKv();" };
    expect(violationsWith("uses of another runtime in an adapter", planted)).toEqual([
      "adapters/bun/src/planted.ts: Deno",
    ]);
  });

  it("find a file and an adapter that are too long", () => {
    const planted = { "adapters/deno/src/planted.ts": "\n".repeat(301) };
    expect(violationsWith("files and adapters that are too long", planted)).toEqual([
      "adapters/deno/src/planted.ts: 301 lines, at most 300",
      expect.stringMatching(/^adapters\/deno: \d+ lines, fewer than 80 allowed$/),
    ]);
  });

  it("find a published package that has no layer", () => {
    const manifest = { folder: "packages/planted", name: "@coatcheck/planted" };
    expect(violationsWith("published packages without a layer", {}, [manifest])).toEqual([
      "packages/planted @coatcheck/planted",
    ]);
  });
});
