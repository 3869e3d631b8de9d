/** A published package: where it is, and what it may import. */
export interface PublishedPackage {
  readonly name: string;
  readonly folder: string;
  /** Module specifiers, of this repository and of others. Each entry needs to be named. */
  readonly mayImport: readonly string[];
  /** It runs in Node only, and may import Node's built-in modules. */
  readonly isProgram?: true;
}

const core = "@coatcheck/core";
const toolkit = "@coatcheck/core/toolkit";

/**
 * Packages by layer. A package imports packages of lower layers only, types included. Add a new package here: the test
 * fails until it is listed.
 */
const LAYERS: readonly (readonly PublishedPackage[])[] = [
  [{ name: core, folder: "packages/core", mayImport: [] }],
  [
    { name: "@coatcheck/stores", folder: "packages/stores", mayImport: [core, "kysely", "kysely/migration"] },
    { name: "@coatcheck/auth", folder: "packages/auth", mayImport: [core, toolkit] },
    { name: "@coatcheck/csrf", folder: "packages/csrf", mayImport: [core, toolkit] },
    { name: "@coatcheck/testing", folder: "packages/testing", mayImport: [core, "chai", "tough-cookie"] },
  ],
  [
    {
      name: "@coatcheck/hono",
      folder: "adapters/hono",
      mayImport: [core, "@coatcheck/auth", "@coatcheck/csrf", "hono"],
    },
    { name: "@coatcheck/workers", folder: "adapters/workers", mayImport: [core] },
    { name: "@coatcheck/deno", folder: "adapters/deno", mayImport: [core] },
    { name: "@coatcheck/bun", folder: "adapters/bun", mayImport: [core] },
    { name: "@coatcheck/inspector", folder: "packages/inspector", mayImport: [core, toolkit] },
  ],
  [
    {
      name: "coatcheck",
      folder: "packages/cli",
      mayImport: [
        ...[core, toolkit, "@coatcheck/auth", "@coatcheck/inspector/cookie", "@coatcheck/inspector/inspect-cookie"],
        ...["@coatcheck/stores/redis", "@coatcheck/stores/sql", "@coatcheck/stores/sqlite"],
        ...["@clack/prompts", "commander", "kysely"],
      ],
      isProgram: true,
    },
  ],
];

/** All published packages, lowest layer first. */
export const PACKAGES: readonly PublishedPackage[] = LAYERS.flat();

/** The layer of a source file: that of its package. Private packages and examples are above all published ones. */
export function packageLayer(path: string): number {
  const layer = LAYERS.findIndex((packages) => packages.some(({ folder }) => path.startsWith(`${folder}/`)));
  if (layer >= 0) return layer;
  return path.startsWith("examples/") ? LAYERS.length + 1 : LAYERS.length;
}

/** The folders and files of packages/core/src, lowest layer first. A file imports from its own layer and from lower ones. */
const CORE_LAYERS: readonly (readonly string[])[] = [
  ["errors.ts", "events.ts", "lib"],
  ["crypto"],
  ["cookies"],
  ["stores"],
  ["modes"],
  ["session"],
  ["lifecycle"],
  ["index.ts", "toolkit.ts", "session-manager.ts"],
];

/** The layer of a file inside core; -1 for a folder that the list does not name, `undefined` outside core. */
export function coreLayer(path: string): number | undefined {
  const [, first = ""] = /^packages\/core\/src\/([^/]+)/.exec(path) ?? [];
  return first === "" ? undefined : CORE_LAYERS.findIndex((layer) => layer.includes(first));
}
