import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../repository.ts";

/** An example has fewer lines of source, so that people read it before they copy it. The shop is an application. */
const MAX_LINES = 80;

const folders = readdirSync(join(root, "examples"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(root, "examples", entry.name, "package.json")))
  .map(({ name }) => name);

const read = (...path: string[]): string => readFileSync(join(root, "examples", ...path), "utf8");

describe.each(folders)("examples/%s", (name) => {
  it("has a test, and a README with a section about running it", () => {
    expect(read(name, "README.md")).toContain("\n## Run\n");
    expect(readdirSync(join(root, "examples", name, "test")).some((file) => file.endsWith(".test.ts"))).toBe(true);
  });

  if (name !== "shop")
    it(`has fewer than ${MAX_LINES} lines of source`, () => {
      const sources = readdirSync(join(root, "examples", name, "src")).filter((file) => !file.endsWith(".d.ts"));
      const lines = sources.reduce((sum, file) => sum + read(name, "src", file).split("\n").length - 1, 0);
      expect(lines).toBeLessThan(MAX_LINES);
    });

  if (existsSync(join(root, "examples", name, "wrangler.jsonc")))
    it("shows its wrangler.jsonc in its README", () => {
      expect(read(name, "README.md")).toContain(`\`\`\`jsonc\n${read(name, "wrangler.jsonc").trim()}\n\`\`\``);
    });
});
