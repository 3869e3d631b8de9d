import { existsSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../repository.ts";
import { pages, readPage, withoutFences } from "./fences.ts";

/** The targets of links and pictures in a text without code blocks. Inline code contains no links. */
function targetsIn(text: string): string[] {
  const prose = text.replace(/`[^`\n]*`(?!\])/g, (code) => " ".repeat(code.length));
  const inline = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const references = [...prose.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)];
  return [...inline, ...references].map(([, target = ""]) => target);
}

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(page: string): Set<string> {
  const seen = new Map<string, number>();
  const text = withoutFences(page, readPage(page));
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "");
    const slug = words
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, "")
      .replaceAll(" ", "-");
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
  return new Set([...headings, ...[...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id = ""]) => id)]);
}

/** Says why a link of a page is broken. Returns `undefined` for a valid link. */
function problemOf(page: string, target: string): string | undefined {
  if (/^https:\/\//.test(target)) return URL.canParse(target) ? undefined : `${target} is not a valid URL`;
  if (/^[a-z]+:/i.test(target)) return `${target} must be an https: URL or a path`;
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : relative(root, join(root, dirname(page), path));
  if (file.startsWith("..")) return `${target} is outside the repository`;
  if (!existsSync(join(root, file))) return `${target} does not exist`;
  if (anchor === undefined) return undefined;
  const shown = statSync(join(root, file)).isDirectory() ? join(file, "README.md") : file;
  // On the page of a folder, GitHub gives its README this anchor.
  const isThere = (anchor === "readme" && shown !== file) || anchorsOf(shown).has(anchor);
  return isThere ? undefined : `${shown} has no heading #${anchor}`;
}

describe("the links in the documentation", () => {
  it("are found", () => {
    const count = pages().flatMap((page) => targetsIn(withoutFences(page, readPage(page)))).length;
    expect(count).toBeGreaterThan(80);
  });

  it.each(pages())("are valid: %s", (page) => {
    const targets = targetsIn(withoutFences(page, readPage(page)));
    expect(targets.flatMap((target) => problemOf(page, target) ?? [])).toEqual([]);
  });

  it("are recognized, and broken ones are found", () => {
    expect(targetsIn('[a](b.md) `[c](d.md)` [`e`](f.md#g) ![h](i.png "j")\n[k]: l.md')).toEqual([
      "b.md",
      "f.md#g",
      "i.png",
      "l.md",
    ]);
    expect(problemOf("README.md", "packages/core#listing-and-revoking-sessions")).toBeUndefined();
    expect(problemOf("README.md", "packages/core#nothing")).toContain("no heading");
    expect(problemOf("README.md", "packages/nothing")).toContain("does not exist");
    expect(problemOf("README.md", "../elsewhere")).toContain("outside the repository");
    expect(problemOf("README.md", "http://example.com")).toContain("must be an https: URL");
  });
});
