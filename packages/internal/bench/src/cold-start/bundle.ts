import { build } from "esbuild";

/** The runtime of a bundle. */
export type Target = "node" | "deno" | "bun" | "workerd";

/** Bundles a program with all its imports into one minified module, with the exports of its libraries for the runtime. */
export async function bundleProgram(file: string, target: Target): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["@coatcheck/source", target, ...(target === "workerd" ? ["worker"] : [])],
    define: { "process.env.NODE_ENV": '"production"' },
    external: ["node:*", "cloudflare:*"],
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}
