import { build } from "esbuild";

/** Where a bundle is to run. */
export type Target = "node" | "deno" | "bun" | "workerd";

/** A program and all that it imports as one module, minified, with what its libraries have for that runtime. */
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
