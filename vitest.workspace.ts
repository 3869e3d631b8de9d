import { availableParallelism } from "node:os";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig, type TestProjectInlineConfiguration, type ViteUserConfig } from "vitest/config";

/** The runtime of this process. Bun and Deno run this same file. Node drives workerd. */
const host = "Deno" in globalThis ? "deno" : "Bun" in globalThis ? "bun" : "node";

/** The settings of one package. */
interface Settings {
  readonly folder: string;
  /** Starts the servers that the test files share. */
  readonly globalSetup?: string;
  /** The worker under test, and its bindings. */
  readonly worker?: WorkerSettings;
}

type WorkerSettings = Extract<Parameters<typeof cloudflareTest>[0], { readonly miniflare?: unknown }>;

/**
 * The packages and adapters whose tests run in every runtime. A part of a file name limits it: `*.workerd.test.ts` runs in
 * workerd only (`deno` and `bun` likewise), `*.server.test.ts` needs sockets and does not run in workerd, and
 * `*.node.test.ts` starts processes and runs in the project "repository".
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

/** A file with one of these names in its own name runs in that runtime only. */
const runtimes = ["node", "deno", "bun", "workerd"];

/** Tests import packages from their sources, so nothing needs a build first. */
const conditions = ["@coatcheck/source"];
const resolve = { conditions };
const ssr = { resolve: { conditions } };

/** Milliseconds. A timeout only ends a test that hangs: on a busy machine, a test may take many times as long as usual. */
const timeouts = { testTimeout: 120_000, hookTimeout: 120_000 };

const projects: TestProjectInlineConfiguration[] = [];
for (const [name, { folder, globalSetup, worker }] of Object.entries(everywhere)) {
  const include = [`${folder}/test/**/*.test.ts`];
  const notOf = (runtime: string): string[] =>
    ["node", ...runtimes.filter((other) => other !== runtime)].map((other) => `${folder}/test/**/*.${other}.test.ts`);
  // A worker takes longer to start than most files take to run, so that files share workers.
  const shared = { include, isolate: false, ...timeouts, ...(globalSetup === undefined ? {} : { globalSetup }) };
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
        include: ["{packages,packages/internal,adapters}/*/test/**/*.node.test.ts", ".ci/test/*.test.ts"],
        ...timeouts,
      },
    },
    // .ci/run runs these checks as separate steps, and then leaves them out of the tests.
    { resolve, ssr, test: { name: "checks (node)", include: [".ci/test/checks/*.test.ts"], ...timeouts } },
    {
      resolve,
      ssr,
      test: { name: "examples (node)", include: ["examples/*/test/**/*.test.ts"], ...timeouts },
    },
  );
}

/** One more than there are cores, because many files mostly wait for an engine. */
const maxWorkers = availableParallelism() + 1;

const config: ViteUserConfig = defineConfig({ test: { projects, maxWorkers } });
export default config;
