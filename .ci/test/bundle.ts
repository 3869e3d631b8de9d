import { build } from "esbuild";
import { root } from "../repository.ts";

/** A bundled program. */
export interface Bundle {
  readonly code: string;
  /** The specifiers of the modules that are not in the bundle. */
  readonly imports: readonly string[];
}

/**
 * Bundles a program for production, from the sources.
 *
 * @param program - TypeScript that imports packages of this repository
 * @param external - packages to leave out of the bundle
 */
export async function bundle(program: string, external: readonly string[] = []): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: program, loader: "ts", resolveDir: `${root}/adapters/hono` },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    conditions: ["@coatcheck/source"],
    mainFields: ["module", "main"],
    external: [...external],
    metafile: true,
    write: false,
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  return { code: outputFiles[0]?.text ?? "", imports: [...new Set(imports)].sort() };
}
