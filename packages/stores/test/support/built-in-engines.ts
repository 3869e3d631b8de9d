import { createRequire } from "node:module";

/** The engines that are built into the runtime of a project, one per line. */
export async function builtInEngines(project: string): Promise<string[]> {
  if (project.includes("workerd")) {
    const { version } = createRequire(import.meta.url)("workerd/package.json");
    return [`workerd ${version}: KV, Durable Objects, D1`];
  }
  const sqlite = "Bun" in globalThis ? "bun:sqlite" : "node:sqlite";
  const { DatabaseSync, Database = DatabaseSync } = await import(/* @vite-ignore */ sqlite);
  const { version } = new Database(":memory:").prepare("select sqlite_version() as version").get();
  const { Deno } = globalThis as { Deno?: { readonly version: { readonly deno: string } } };
  return [`SQLite ${version}, by ${sqlite}`, ...(Deno === undefined ? [] : [`Deno KV of Deno ${Deno.version.deno}`])];
}
