import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type ViteUserConfig } from "vitest/config";

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly "@coatcheck/source"?: string }>>;
}

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The packages that core's tests import. Stryker copies them into its sandbox. */
const folders = ["packages/core", "packages/testing", "packages/internal/test-support"];

/** The vitest configuration for mutation testing: core's tests in Node, on the mutated copy in Stryker's sandbox. */
const config: ViteUserConfig = defineConfig({
  root,
  resolve: { alias: folders.flatMap(aliasesOf) },
  test: {
    include: ["packages/core/test/**/*.test.ts"],
    exclude: ["packages/core/test/**/*.{node,deno,bun,workerd}.test.ts"],
    testTimeout: 30_000,
  },
});
export default config;

/** Maps each export to its source in the sandbox. The links in node_modules lead to the packages without mutations. */
function aliasesOf(folder: string) {
  const { name, exports }: Manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  return Object.entries(exports).flatMap(([key, entry]) => {
    const source = typeof entry === "string" ? entry : entry["@coatcheck/source"];
    if (source === undefined || !source.endsWith(".ts")) return [];
    return [{ find: new RegExp(`^${join(name, key)}$`), replacement: join(root, folder, source) }];
  });
}
