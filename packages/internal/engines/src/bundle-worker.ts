import { build } from "esbuild";

/** Bundles a Worker to one module, as Wrangler does, but from the sources of the packages in this repository. */
export async function bundleWorker(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["@coatcheck/source", "workerd", "worker"],
    external: ["cloudflare:*", "node:*"],
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}
