import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PACKAGES } from "../boundaries/packages.ts";
import { root } from "../repository.ts";
import { link, packAll, unpack } from "./pack.ts";

/** Dependencies and peer dependencies that an outside consumer installs. */
const DEPENDENCIES = ["hono", "chai", "tough-cookie", "tldts", "tldts-core", "kysely"];
/** Dependencies of packages/cli in a version of its own, which npm installs next to it. */
const OWN_DEPENDENCIES = ["commander"];
/** Types of the runtimes. */
const RUNTIME_TYPES = ["@types", "@cloudflare/workers-types", "bun-types", "undici-types"];

/** The output of the consumer's program when every session was stored. */
const STORED = "stored: signed encrypted server unstorage workers deno bun hono remembered; imported: 12";

const bin = join(root, "node_modules", ".bin");

/** The folder of a project that has the packages only from their tarballs. */
let consumer = "";
const tarballs = new Map<string, string>();

beforeAll(() => {
  consumer = mkdtempSync(join(tmpdir(), "coatcheck-consumer-"));
  const nodeModules = join(consumer, "node_modules");
  for (const [folder, packed] of packAll(consumer)) {
    tarballs.set(folder, packed.tarball);
    unpack(packed, nodeModules);
  }
  link([...DEPENDENCIES, ...RUNTIME_TYPES], nodeModules);
  link(OWN_DEPENDENCIES, nodeModules, join(root, "packages/cli/node_modules"));
  writeFileSync(join(consumer, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  cpSync(join(root, ".ci/test/consumer.ts"), join(consumer, "consumer.ts"));
});

afterAll(() => {
  if (consumer !== "") rmSync(consumer, { recursive: true });
});

for (const { name, folder, isProgram } of PACKAGES) {
  describe(`the packed ${folder}`, () => {
    it("passes publint", async () => {
      const tarball = readFileSync(tarballs.get(folder) ?? "");
      const { messages, pkg } = await publint({
        pack: { tarball: tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.length) as ArrayBuffer },
      });
      expect(messages.map((message) => formatMessage(message, pkg ?? {}))).toEqual([]);
    });

    if (!isProgram) {
      it("has types that every resolver of ES modules finds", () => {
        const attw = spawnSync(join(bin, "attw"), [tarballs.get(folder) ?? "", "--profile", "esm-only", "--no-emoji"], {
          encoding: "utf8",
        });
        expect(attw.status, attw.stdout + attw.stderr).toBe(0);
      });
    }

    it("declares no internal members", () => {
      const declarations = globSync("dist/**/*.d.ts", { cwd: join(consumer, "node_modules", name) });
      const texts = declarations.map((file) => readFileSync(join(consumer, "node_modules", name, file), "utf8"));
      expect(texts.length).toBeGreaterThan(0);
      expect(texts.filter((text) => text.includes("@internal"))).toEqual([]);
    });

    it("contains license, README, sources and build, and nothing else", () => {
      const list = execFileSync("tar", ["-tzf", tarballs.get(folder) ?? ""], { encoding: "utf8" })
        .trim()
        .split("\n");
      const top = new Set(list.map((path) => path.split("/")[1]));
      expect([...top].filter((name) => !["bin", "docs", "templates"].includes(name ?? "")).sort()).toEqual([
        "LICENSE",
        "README.md",
        "dist",
        "package.json",
        "src",
      ]);
      expect(list.filter((path) => /\.test\.|node_modules|\.env/.test(path))).toEqual([]);
    });
  });
}

describe("an outside consumer of the packed packages", () => {
  it("runs the command line", () => {
    const run = (...args: string[]) =>
      spawnSync(join(bin, "node"), ["node_modules/coatcheck/dist/main.js", ...args], {
        cwd: consumer,
        encoding: "utf8",
      });
    expect(run("secret", "--check", "--env", "NONE").stderr).toBe("error: The environment has no NONE.\n");
    expect(run("migrate", "up", "--url", "sessions.db")).toMatchObject({ status: 0, stderr: "" });
    expect(run("sweep", "--url", "sessions.db").stdout).toBe("0 expired sessions removed.\n");
  });

  const commands = {
    Node: () => [join(bin, "node"), "consumer.ts"],
    Deno: () => [join(bin, "deno"), "run", "--no-config", "-A", "--node-modules-dir=manual", "consumer.ts"],
    Bun: () => [join(bin, "bun"), "consumer.ts"],
  };
  for (const [runtime, command] of Object.entries(commands)) {
    it(`stores sessions in ${runtime}`, () => {
      const [file = "", ...args] = command();
      const { stdout, stderr } = spawnSync(file, args, { cwd: consumer, encoding: "utf8" });
      expect(stdout.trim().split("\n").at(-1), stderr).toBe(STORED);
    });
  }

  it("stores sessions in workerd", async () => {
    const { outputFiles } = await build({
      stdin: {
        contents:
          'import { walk } from "./consumer.ts"; export default { fetch: async () => new Response(await walk()) };',
        loader: "ts",
        resolveDir: consumer,
      },
      bundle: true,
      format: "esm",
      platform: "neutral",
      mainFields: ["module", "main"],
      conditions: ["workerd", "worker"],
      write: false,
    });
    const modules = { "worker.mjs": { type: "esm" as const, contents: outputFiles[0]?.text ?? "" } };
    const manifest = { mainModule: "worker.mjs", modulesRoot: "/", modules };
    const config = { name: "consumer", compatibilityDate: "2026-10-01", manifest };
    const worker = new Miniflare({ host: "127.0.0.1", workers: [{ config }] });
    try {
      const response = await worker.dispatchFetch("http://localhost/");
      expect(await response.text()).toBe(STORED);
    } finally {
      await worker.dispose();
    }
  });

  const libraries = {
    "the DOM and no runtime": "--lib es2024,dom,dom.iterable",
    "a web worker and no runtime": "--lib es2024,webworker,webworker.iterable",
    Node: "--lib es2024 --types node --skipLibCheck",
    "Cloudflare Workers": "--lib es2024 --types @cloudflare/workers-types --skipLibCheck",
    Bun: "--lib es2024 --types bun --skipLibCheck",
  };
  for (const [library, options] of Object.entries(libraries)) {
    it(`type-checks under the strictest settings, with the types of ${library}`, () => {
      const types = options.includes("--types") ? [] : ["--types", ""];
      const strictest = "--noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2024";
      const { status, stdout } = spawnSync(
        join(bin, "tsc"),
        [...strictest.split(" "), ...options.split(" "), ...types, "--allowImportingTsExtensions", "consumer.ts"],
        { cwd: consumer, encoding: "utf8" },
      );
      expect(status, stdout).toBe(0);
    });
  }

  it("type-checks with the types of Deno", () => {
    const { status, stderr } = spawnSync(
      join(bin, "deno"),
      ["check", "--no-config", "--node-modules-dir=manual", "consumer.ts"],
      { cwd: consumer, encoding: "utf8" },
    );
    expect(status, stderr).toBe(0);
  });
});
