import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type ViteUserConfig } from "vitest/config";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Packages by the sources of this very copy: the link in node_modules leads to the one that is not mutated. */
const alias = ["core", "testing"].flatMap((name) => {
  const sources = `${root}packages/${name}/src`;
  return readdirSync(sources).map((file) => {
    const key = file === "index.ts" ? "" : `/${file.replace(/\.ts$/, "")}`;
    return { find: new RegExp(`^@coatcheck/${name}${key}$`), replacement: `${sources}/${file}` };
  });
});

/** The tests that mutants of core are tried against: those of core in Node, in copies of the repository. */
const config: ViteUserConfig = defineConfig({
  root,
  resolve: { alias },
  test: {
    include: ["packages/core/test/**/*.test.ts"],
    exclude: ["packages/core/test/**/*.{node,deno,bun,workerd}.test.ts"],
    testTimeout: 30_000,
  },
});
export default config;
