import { build } from "esbuild";

/**
 * The worker that begins in a file as one module, as Wrangler bundles it, but with the packages of this repository as
 * they are written.
 */
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
