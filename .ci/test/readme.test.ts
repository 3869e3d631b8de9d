import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "./bundle.ts";

/** Every page of documentation in the repository. */
const pages = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" }).trim().split("\n");

/** A `ts` block of a page: a complete program. */
interface Block {
  readonly title: string;
  readonly code: string;
  readonly file: string;
}

const blocks: Block[] = pages.flatMap((page) => {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""], index) => ({
    title: `${page}, program ${index + 1}`,
    code,
    file: `${page.replaceAll(/\W/g, "-")}-${index + 1}.ts`,
  }));
});

/** In the repository, so that the programs resolve its packages. */
let folder = "";

beforeAll(() => {
  const parent = join(root, ".ci/.cache");
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, "readme-"));
  for (const { file, code } of blocks) writeFileSync(join(folder, file), code);
  const options = { isolatedDeclarations: false, declaration: false, noEmit: true };
  const config = { extends: join(root, "tsconfig.json"), compilerOptions: options, include: ["*.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
});

afterAll(() => {
  if (folder !== "") rmSync(folder, { recursive: true });
});

describe("the programs in the documentation", () => {
  it("are there", () => {
    expect(blocks.length).toBeGreaterThan(0);
  });

  it("type-check", () => {
    const { status, stdout } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], { encoding: "utf8" });
    expect(status, stdout).toBe(0);
  });

  for (const { title, file } of blocks) {
    it(`run: ${title}`, () => {
      // A server answers a first request and the next one with its cookie; another program just has to end well.
      const program = `
        const program = await import(${JSON.stringify(`./${file}`)});
        const fetch = program.default?.fetch;
        if (fetch !== undefined) {
          const env = { SESSION_SECRET: process.env.SESSION_SECRET };
          const first = await fetch(new Request("https://localhost/"), env);
          const cookie = first.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
          const next = await fetch(new Request("https://localhost/", { headers: { cookie } }), env);
          for (const { status } of [first, next]) if (status >= 500) throw new Error("answered " + status);
        }`;
      const secret = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
      const { status, stderr } = spawnSync(
        join(root, "node_modules/.bin/node"),
        ["--conditions=@coatcheck/source", "--input-type=module", "--eval", program],
        { cwd: folder, encoding: "utf8", env: { ...process.env, SESSION_SECRET: secret } },
      );
      expect(status, stderr).toBe(0);
    });
  }
});
