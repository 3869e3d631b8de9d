import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig, type TestProjectInlineConfiguration, type ViteUserConfig } from "vitest/config";

/** The runtime this process is. Bun and Deno run this same file; workerd is driven from Node. */
const host = "Deno" in globalThis ? "deno" : "Bun" in globalThis ? "bun" : "node";

/** The packages and adapters whose tests run in every runtime. `*.node.test.ts` needs Node: processes, files, ports. */
const everywhere = {
  core: "packages/core",
  testing: "packages/testing",
  hono: "adapters/hono",
};

/** Packages are tested as they are written: nothing needs a build first. */
const conditions = ["@coatcheck/source"];
const resolve = { conditions };
const ssr = { resolve: { conditions } };

/** Milliseconds. Some tests race hundreds of requests, on machines that others are using too. */
const testTimeout = 30_000;

const projects: TestProjectInlineConfiguration[] = [];
for (const [name, folder] of Object.entries(everywhere)) {
  const include = [`${folder}/test/**/*.test.ts`];
  const exclude = [`${folder}/test/**/*.node.test.ts`];
  projects.push({ resolve, ssr, test: { name: `${name} (${host})`, include, exclude, testTimeout } });
  if (host === "node") {
    projects.push({
      resolve,
      ssr,
      plugins: [
        cloudflareTest({ miniflare: { compatibilityDate: "2026-10-01", compatibilityFlags: ["nodejs_compat"] } }),
      ],
      test: { name: `${name} (workerd)`, include, exclude, testTimeout },
    });
  }
}
if (host === "node") {
  projects.push(
    {
      resolve,
      ssr,
      test: {
        name: "repository (node)",
        include: ["{packages,adapters}/*/test/**/*.node.test.ts", ".ci/test/**/*.test.ts"],
        testTimeout,
      },
    },
    {
      resolve,
      ssr,
      test: { name: "shop (node)", include: ["examples/shop/test/**/*.test.ts"], testTimeout: 2 * testTimeout },
    },
  );
}

const config: ViteUserConfig = defineConfig({ test: { projects } });
export default config;
