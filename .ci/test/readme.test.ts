import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { bundleWorker } from "@coatcheck/engines/worker";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../repository.ts";
import { ENGINE_VARIABLES, type ReadmeEngines, startReadmeEngines } from "./readme-engines.ts";
import { type Program, programs } from "./readme-programs.ts";

const found = programs();
const bin = join(root, "node_modules/.bin");

/** The types of Deno and Bun that the programs use. The real types of the two runtimes conflict. */
const RUNTIME_TYPES = `declare const Deno: {
  openKv(path?: string): Promise<import("@coatcheck/stores/deno-kv").DenoKv>;
};
declare module "bun:sqlite" {
  export const Database: new (file: string) => import("@coatcheck/stores/sqlite").SqliteClient;
}`;

/** A folder inside the repository, so that the programs resolve its packages. */
let folder = "";
let engines: ReadmeEngines;

beforeAll(async () => {
  const parent = join(root, ".ci/.cache");
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, "readme-"));
  for (const { file, code } of found) writeFileSync(join(folder, file), code);
  writeFileSync(join(folder, "runtimes.d.ts"), RUNTIME_TYPES);
  const jsx = { jsx: "react-jsx", jsxImportSource: "hono/jsx" };
  const options = { ...jsx, isolatedDeclarations: false, declaration: false, noEmit: true };
  const include = ["*.ts", "*.tsx", join(root, "packages/internal/engines/src/cloudflare.d.ts")];
  const config = { extends: join(root, "tsconfig.json"), compilerOptions: options, include };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  engines = await startReadmeEngines();
});

afterAll(async () => {
  await engines?.stop();
  if (folder !== "") rmSync(folder, { recursive: true });
});

describe("the programs in the documentation", () => {
  it("are found for every runtime", () => {
    const runtimes = new Set(found.map(({ runtime }) => runtime));
    expect(runtimes).toEqual(new Set(["node", "test", "workers", "deno", "bun"]));
  });

  it("type-check", () => {
    const { status, stdout } = spawnSync(join(bin, "tsc"), ["-p", folder], { encoding: "utf8" });
    expect(status, stdout).toBe(0);
  });

  const runners = { node: runInNode, test: runAsTest, deno: runInDeno, bun: runInBun, workers: runInWorkerd };
  for (const program of found) {
    it(`run: ${program.title}`, async (test) => {
      const missing = ENGINE_VARIABLES.find((name) => program.code.includes(name) && engines.env[name] === undefined);
      if (missing !== undefined) test.skip(`${missing}: its engine is not installed`);
      await runners[program.runtime](program);
    });
  }
});

/** Sends two requests to a server, the second with the cookies of the first. Other programs only have to exit without an error. */
const visitTwice = (file: string): string => `
  const program = await import(${JSON.stringify(`./${file}`)});
  const fetch = program.default?.fetch;
  if (fetch !== undefined) {
    const env = { SESSION_SECRET: globalThis.process?.env.SESSION_SECRET };
    const first = await fetch(new Request("https://localhost/"), env);
    const cookie = first.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
    const next = await fetch(new Request("https://localhost/", { headers: { cookie } }), env);
    for (const { status } of [first, next]) if (status >= 500) throw new Error("the server answered with " + status);
  }
  // Clients of engines would keep the process alive.
  globalThis.process.exit(0);`;

async function run(file: string, args: readonly string[]): Promise<void> {
  const SESSION_SECRET = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
  // Deno's default location for its KV.
  const DENO_DIR = join(folder, "deno");
  const env = { ...process.env, ...engines.env, SESSION_SECRET, DENO_DIR };
  await promisify(execFile)(join(bin, file), args, { cwd: folder, env, timeout: 60_000 });
}

async function runInNode({ file }: Program): Promise<void> {
  // Node can run TypeScript, but needs tsx for JSX.
  const loader = file.endsWith(".tsx") ? ["--import", "tsx"] : [];
  const flags = ["--conditions=@coatcheck/source", "--input-type=module"];
  await run("node", [...loader, ...flags, "--eval", visitTwice(file)]);
}

/** Fails if one of the program's tests fails. */
async function runAsTest({ file }: Program): Promise<void> {
  await run("node", ["--conditions=@coatcheck/source", "--test", file]);
}

async function runInDeno({ file }: Program): Promise<void> {
  const main = join(folder, `run-${file}`);
  writeFileSync(main, `import process from "node:process"; globalThis.process = process; ${visitTwice(file)}`);
  const flags = ["--conditions=@coatcheck/source", "--unstable-kv", "--node-modules-dir=manual", "--no-check"];
  await run("deno", ["run", "-A", ...flags, main]);
}

async function runInBun({ file }: Program): Promise<void> {
  const main = join(folder, `run-${file}`);
  writeFileSync(main, visitTwice(file));
  await run("bun", ["--conditions=@coatcheck/source", main]);
}

async function runInWorkerd({ file }: Program): Promise<void> {
  const hasObjects = readFileSync(join(folder, file), "utf8").includes("SessionObject");
  const worker = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      compatibilityDate: "2026-10-01",
      modules: [{ type: "ESModule", path: "worker.mjs", contents: await bundleWorker(join(folder, file)) }],
      kvNamespaces: ["SESSIONS"],
      d1Databases: ["DB"],
      ...(hasObjects && { durableObjects: { SESSION_OBJECTS: { className: "SessionObject", useSQLite: true } } }),
    }),
  );
  try {
    const first = await worker.dispatchFetch("https://localhost/");
    const cookie = first.headers.getSetCookie().map((line) => line.split(";")[0]);
    const next = await worker.dispatchFetch("https://localhost/", { headers: { cookie: cookie.join("; ") } });
    for (const response of [first, next]) expect(response.status, await response.text()).toBe(200);
  } finally {
    await worker.dispose();
  }
}
