import { availableParallelism } from "node:os";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig, type TestProjectInlineConfiguration, type ViteUserConfig } from "vitest/config";

/** The runtime this process is. Bun and Deno run this same file; workerd is driven from Node. */
const host = "Deno" in globalThis ? "deno" : "Bun" in globalThis ? "bun" : "node";

/** What is peculiar to a package. */
interface Settings {
  readonly folder: string;
  /** Starts what the tests share outside their process. */
  readonly globalSetup?: string;
  /** The worker whose tests these are, and what it is bound to. */
  readonly worker?: WorkerSettings;
}

type WorkerSettings = Extract<Parameters<typeof cloudflareTest>[0], { readonly miniflare?: unknown }>;

/**
 * The packages and adapters whose tests run in every runtime. The name of a file says where it runs when that is not
 * everywhere: `*.workerd.test.ts` in that runtime alone, `*.server.test.ts` wherever there are sockets (not in workerd).
 * `*.node.test.ts` starts processes, and runs once for the whole repository.
 */
const everywhere: Readonly<Record<string, Settings>> = {
  core: { folder: "packages/core" },
  testing: { folder: "packages/testing" },
  stores: {
    folder: "packages/stores",
    globalSetup: "packages/stores/test/support/start-engines.ts",
    worker: {
      main: "packages/stores/test/support/worker.ts",
      miniflare: {
        kvNamespaces: ["SESSIONS"],
        d1Databases: ["DB"],
        durableObjects: { SESSION_OBJECTS: { className: "SessionObject", useSQLite: true } },
      },
    },
  },
  auth: { folder: "packages/auth" },
  csrf: { folder: "packages/csrf" },
  inspector: { folder: "packages/inspector" },
  hono: { folder: "adapters/hono" },
  workers: { folder: "adapters/workers" },
  deno: { folder: "adapters/deno" },
  bun: { folder: "adapters/bun" },
};

/** Runtimes whose name in a file's name keeps the file to them. */
const runtimes = ["node", "deno", "bun", "workerd"];

/** Packages are tested as they are written: nothing needs a build first. */
const conditions = ["@coatcheck/source"];
const resolve = { conditions };
const ssr = { resolve: { conditions } };

/** Milliseconds, for machines that others are using too: some tests race hundreds of requests, some set-ups pack all packages. */
const timeouts = { testTimeout: 30_000, hookTimeout: 60_000 };

const projects: TestProjectInlineConfiguration[] = [];
for (const [name, { folder, globalSetup, worker }] of Object.entries(everywhere)) {
  const include = [`${folder}/test/**/*.test.ts`];
  const notOf = (runtime: string): string[] =>
    ["node", ...runtimes.filter((other) => other !== runtime)].map((other) => `${folder}/test/**/*.${other}.test.ts`);
  const shared = { include, ...timeouts, ...(globalSetup === undefined ? {} : { globalSetup }) };
  projects.push({ resolve, ssr, test: { name: `${name} (${host})`, exclude: notOf(host), ...shared } });
  if (host === "node") {
    projects.push({
      resolve,
      ssr,
      plugins: [
        cloudflareTest({
          ...worker,
          miniflare: {
            compatibilityDate: "2026-10-01",
            compatibilityFlags: ["nodejs_compat"],
            ...worker?.miniflare,
          },
        }),
      ],
      test: {
        name: `${name} (workerd)`,
        exclude: [...notOf("workerd"), `${folder}/test/**/*.server.test.ts`],
        ...shared,
      },
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
        include: ["{packages,packages/internal,adapters}/*/test/**/*.node.test.ts", ".ci/test/**/*.test.ts"],
        ...timeouts,
      },
    },
    {
      resolve,
      ssr,
      test: { name: "examples (node)", include: ["examples/*/test/**/*.test.ts"], ...timeouts, testTimeout: 60_000 },
    },
  );
}

/** One more than cores, of which vitest would spare one: many files wait for an engine most of the time. */
const maxWorkers = availableParallelism() + 1;

const config: ViteUserConfig = defineConfig({ test: { projects, maxWorkers } });
export default config;
