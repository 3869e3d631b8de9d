import { createRequire } from "node:module";
import { openSqlite, sqliteName } from "./sql-sqlite.ts";

/** The engines that come with the runtime that a project's tests run in, a line each. */
export async function builtInEngines(project: string): Promise<string[]> {
  if (project.includes("workerd")) {
    const { version } = createRequire(import.meta.url)("workerd/package.json");
    return [`workerd ${version}: KV, Durable Objects, D1`];
  }
  const database = await openSqlite(":memory:");
  const [row] = database.prepare("select sqlite_version() as version").all() as { readonly version: string }[];
  database.close();
  const { Deno } = globalThis as { Deno?: { readonly version: { readonly deno: string } } };
  return [
    `SQLite ${row?.version}, by ${sqliteName}`,
    ...(Deno === undefined ? [] : [`Deno KV of Deno ${Deno.version.deno}`]),
  ];
}
