import { fileURLToPath } from "node:url";
import { bundleWorker } from "@coatcheck/engines/worker";
import { adapterConformance } from "@coatcheck/testing";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { describe, it } from "vitest";

/** Programs that run in workerd. The suite sends requests to them over HTTP. */
const WORKERS = { workers: "worker.ts", "hono on Workers": "hono-worker.ts" };

for (const [name, file] of Object.entries(WORKERS)) {
  const code = bundleWorker(fileURLToPath(new URL(`support/${file}`, import.meta.url)));
  adapterConformance(
    { describe, it },
    {
      name: `${name}, over sockets`,
      async serve() {
        const worker = new Miniflare(
          convertV4MiniflareOptions({
            host: "127.0.0.1",
            compatibilityDate: "2026-10-01",
            // chai, a dependency of the suite, needs `process`.
            compatibilityFlags: ["nodejs_compat"],
            modules: [{ type: "ESModule", path: "worker.mjs", contents: await code }],
          }),
        );
        const { port } = await worker.ready;
        return { origin: `http://localhost:${port}`, close: () => worker.dispose() };
      },
    },
  );
}
