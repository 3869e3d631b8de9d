import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toProjectName } from "../../src/init/project-name.ts";
import { runCoatcheck } from "../../src/program.ts";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "coatcheck-init-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param keys - typed in a terminal. Without them, input and output are pipes */
async function init(args: readonly string[], keys?: readonly string[]): Promise<Run> {
  const isTTY = keys !== undefined;
  const stdin = Object.assign(new PassThrough(), { isTTY, setRawMode: () => undefined });
  const stdout = new PassThrough();
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 80, rows: 24 });
  let exitCode = 0;
  const setExitCode = (code: number): void => {
    exitCode = code;
  };
  const ended = runCoatcheck(
    { stdin, stdout, stderr, env: {}, cwd, now: Date.now, setExitCode, onInterrupt: () => () => undefined },
    ["init", ...args],
  );
  // Types only after the question has appeared.
  if (isTTY && stderr.readableLength === 0) await new Promise((resolve) => stderr.once("readable", resolve));
  for (const key of keys ?? []) stdin.write(key);
  await ended;
  return { exitCode, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
}

const listed = (folder: string): string[] => readdirSync(folder).sort();

describe("coatcheck init", () => {
  it("lists the files and the next commands as JSON", async () => {
    const { exitCode, stdout } = await init(["hono", "my app", "--json"]);
    expect(exitCode).toBe(0);
    const folder = join(cwd, "my app");
    expect(JSON.parse(stdout)).toEqual({
      template: "hono",
      folder,
      files: [".env", ".gitignore", "README.md", "package.json", "server.ts", "tsconfig.json"],
      next: ["cd 'my app'", "npm install", "npm start"],
    });
    expect(listed(folder)).toEqual(JSON.parse(stdout).files);
  });

  it("prints the same as text, with the address of the project", async () => {
    const { stdout } = await init(["deno", "shop"]);
    expect(stdout).toContain(join(cwd, "shop"));
    expect(stdout).toContain("  .env  (a new secret; git ignores it)\n");
    expect(stdout).toContain("Next:\n  cd shop\n  deno task start\n\nThen open http://localhost:8000\n");
  });

  it("writes into the current folder by default, and then needs no cd", async () => {
    const { stdout } = await init(["bun", "--json"]);
    expect(JSON.parse(stdout).next).toEqual(["bun install", "bun run start"]);
    const manifest = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8"));
    expect(manifest.name).toBe(toProjectName(basename(cwd)));
  });

  it("prints a cd that works for a folder whose name begins with a dash", async () => {
    const { stdout } = await init(["hono", "--json", "--", "-app"]);
    expect(JSON.parse(stdout).next[0]).toBe("cd ./-app");
  });

  it("creates parent folders", async () => {
    expect((await init(["hono", "a/b/c"])).exitCode).toBe(0);
    expect(listed(join(cwd, "a/b/c"))).toContain("server.ts");
  });

  it("accepts a folder with nothing but a git repository", async () => {
    mkdirSync(join(cwd, ".git"));
    expect((await init(["workers", "."])).exitCode).toBe(0);
    expect(listed(cwd)).toContain("wrangler.jsonc");
  });

  it("rejects a folder with files, names the files, and changes nothing", async () => {
    writeFileSync(join(cwd, "notes.txt"), "mine");
    mkdirSync(join(cwd, "src"));
    const { exitCode, stdout, stderr } = await init(["hono", "."]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("is not empty: notes.txt, src. Choose a new folder");
    expect(listed(cwd)).toEqual(["notes.txt", "src"]);
    expect(readFileSync(join(cwd, "notes.txt"), "utf8")).toBe("mine");
  });

  it("names only the first of many files", async () => {
    for (const name of "abcdefg") writeFileSync(join(cwd, name), "");
    expect((await init(["hono"])).stderr).toContain("is not empty: a, b, c, d, e and 2 more.");
  });

  it("reports why it cannot write", async () => {
    writeFileSync(join(cwd, "file"), "mine");
    const { exitCode, stderr } = await init(["hono", "file"]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`Cannot write to ${join(cwd, "file")}: EEXIST`)]);
    expect(readFileSync(join(cwd, "file"), "utf8")).toBe("mine");
  });

  it("rejects an unknown template, and suggests a similar one", async () => {
    const cases = { hno: "hono", worker: "workers", Deno: "deno", bnu: "bun", w: "workers" };
    for (const [typed, meant] of Object.entries(cases)) {
      const { exitCode, stderr } = await init([typed, "app"]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`There is no template "${typed}". Did you mean ${meant}?`);
    }
    const { exitCode, stderr } = await init(["my-app"]);
    expect(exitCode).toBe(2);
    expect(stderr).toBe('error: There is no template "my-app". The templates are hono, workers, deno, bun.\n');
    expect(listed(cwd)).toEqual([]);
  });

  it("requires a template outside a terminal", async () => {
    const { exitCode, stderr } = await init([]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("Which template? One of hono, workers, deno, bun")]);
    expect((await init(["--json"], [])).exitCode).toBe(2);
    expect(listed(cwd)).toEqual([]);
  });

  it("asks for the template in a terminal", async () => {
    const down = "\u001b[B";
    const { exitCode, stdout, stderr } = await init([], [down, down, "\r"]);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining("Where will the project run?")]);
    expect(stdout).toMatch(/^A project for Deno/);
    expect(listed(cwd)).toContain("deno.json");
  });

  it("writes nothing if the question is canceled", async () => {
    const { exitCode, stderr } = await init([], ["\u0003"]);
    expect([exitCode, stderr]).toEqual([130, expect.stringMatching(/Nothing was written\.\n$/)]);
    expect(listed(cwd)).toEqual([]);
  });

  it("fills in every placeholder of every template", async () => {
    for (const template of ["hono", "workers", "deno", "bun"]) {
      await init([template, template]);
      for (const file of listed(join(cwd, template))) {
        const text = readFileSync(join(cwd, template, file), "utf8");
        expect(/\{\{|\}\}/.exec(text), `${template}/${file}`).toBe(null);
      }
    }
  });
});

describe("toProjectName", () => {
  it("turns the name of a folder into one that npm and Cloudflare accept", () => {
    const names = {
      "my-app": "my-app",
      "My App": "my-app",
      "Größe_2.0": "gro-e-2-0",
      café: "cafe",
      "--x--": "x",
      日本: "coatcheck-app",
      node_modules: "coatcheck-app",
      "": "coatcheck-app",
    };
    for (const [folder, name] of Object.entries(names)) expect(toProjectName(folder)).toBe(name);
  });

  it("returns at most 63 characters, without a hyphen at the end", () => {
    expect(toProjectName(`${"a".repeat(62)}-${"b".repeat(200)}`)).toBe("a".repeat(62));
  });
});

describe("the dependencies of a template", () => {
  const root = fileURLToPath(new URL("../../../..", import.meta.url));
  const read = (...path: string[]) => JSON.parse(readFileSync(join(root, ...path), "utf8"));
  const { version } = read("packages/cli/package.json");

  it.each(["hono", "workers", "bun"])("%s has the versions that this repository is tested with", async (template) => {
    await init([template]);
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8"));
    const expected = Object.keys({ ...dependencies, ...devDependencies }).map((name) => {
      const tested = name.startsWith("@coatcheck/") ? version : read("node_modules", name, "package.json").version;
      return [name, `^${tested}`];
    });
    expect(Object.entries({ ...dependencies, ...devDependencies })).toEqual(expected);
  });

  it("deno has the packages of this repository in the version of the command line", async () => {
    await init(["deno"]);
    const { imports } = JSON.parse(readFileSync(join(cwd, "deno.json"), "utf8"));
    const ours = ["@coatcheck/core", "@coatcheck/deno"].map((name) => [name, `npm:${name}@^${version}`]);
    expect(imports).toEqual(Object.fromEntries(ours));
  });
});
