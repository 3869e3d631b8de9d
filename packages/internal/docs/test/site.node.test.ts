import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PACKAGES, readManifest, root } from "../src/options.ts";

let site = "";
let build: { readonly status: number | null; readonly stdout: string; readonly stderr: string };

beforeAll(() => {
  site = mkdtempSync(join(tmpdir(), "coatcheck-site-"));
  const node = join(root, "node_modules/.bin/node");
  build = spawnSync(node, [join(root, "packages/internal/docs/src/build.ts"), site], { encoding: "utf8" });
}, 180_000);
afterAll(() => rmSync(site, { recursive: true }));

describe("the API reference", () => {
  it("builds without a warning: no broken link, and no public function without a comment", () => {
    expect(build.status, build.stdout + build.stderr).toBe(0);
  });

  it("has a page for each subpath export of each package", () => {
    const modules = PACKAGES.flatMap((folder) => {
      const { name, exports } = readManifest(folder);
      const keys = Object.keys(exports).filter((key) => key !== "./package.json");
      return keys.map((key) => join(name, key).replace(/[@/]/g, "_"));
    });
    expect(modules.length).toBeGreaterThan(20);
    expect(modules.filter((name) => !existsSync(join(site, "modules", `${name}.html`)))).toEqual([]);
  });

  it("loads nothing from another host", () => {
    const files = readdirSync(site, { recursive: true, encoding: "utf8" });
    const pages = files.filter((file) => /\.(html|css)$/.test(file));
    expect(pages.length).toBeGreaterThan(100);
    const loads = pages.flatMap((page) => {
      const text = readFileSync(join(site, page), "utf8");
      return (
        text.match(
          /<(?:script|img|iframe|link)\b[^>]*(?:src|href)="(?:https?:)?\/\/[^>]*|url\(["']?(?:https?:)?\/\//g,
        ) ?? []
      );
    });
    expect(loads).toEqual([]);
  });
});
