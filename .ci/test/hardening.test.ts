import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../repository.ts";

const page = readFileSync(join(root, "packages/core/docs/hardening.md"), "utf8");

/** The rows of all tables as lists of cells, without the header rows. */
const rows = page
  .split("\n")
  .filter((line) => /^\|(?! *(-|tests |what ))/.test(line))
  .map((line) => line.slice(1, -1).split(" | "))
  .map((cells) => cells.map((cell) => cell.trim()));

/** The test titles in the last cell of a row. */
const namedIn = (row: readonly string[]): string[] =>
  [...(row.at(-1) ?? "").matchAll(/`([^`]+)`/g)].map(([, title]) => title ?? "");
const named = new Set(rows.flatMap(namedIn));

/** The joined text of files of the repository. */
function read(...files: readonly string[]): string {
  const listed = execFileSync("git", ["ls-files", ...files], { cwd: root, encoding: "utf8" });
  const paths = listed.trim().split("\n");
  return paths.map((path) => readFileSync(join(root, path), "utf8")).join("\n");
}

/** The titles of the tests in some files. */
function titlesIn(...files: readonly string[]): string[] {
  const calls = read(...files).matchAll(/\bit\(\s*(["'`])((?:\\.|(?!\1).)*)\1/g);
  return [...calls].map(([, , title = ""]) => title.replace(/\\(.)/g, "$1"));
}

describe("the tables of hardening.md", () => {
  it("name only tests that exist", () => {
    // Conformance suites are sources of the testing package.
    const all = new Set(titlesIn("*.test.ts", "packages/testing/src/*.ts"));
    expect([...named].filter((title) => !all.has(title))).toEqual([]);
  });

  it("name every test in the folders peers and advisories", () => {
    const own = titlesIn(
      "packages/core/test/peers/*.test.ts",
      "packages/core/test/advisories/*.test.ts",
      "packages/stores/test/faults/cross-user.node.test.ts",
    );
    expect(own.length).toBeGreaterThan(100);
    expect(own.filter((title) => !named.has(title))).toEqual([]);
  });

  it("name a test for each behavior that passes, and for each advisory", () => {
    const claims = rows.filter((row) => row.length === 3 || row[2]?.startsWith("passes"));
    expect(claims.length).toBeGreaterThan(100);
    expect(claims.filter((row) => namedIn(row).length === 0)).toEqual([]);
  });

  it("mark each behavior as passing, different or not applicable", () => {
    const standings = rows.filter((row) => row.length > 3).map((row) => row[2] ?? "");
    expect(standings.filter((text) => !/^(passes|(differs|not applicable): .)/.test(text))).toEqual([]);
  });

  it("list exactly the advisories that have tests", () => {
    // The title of a describe starts with the id or the name of the advisory.
    const titles = read("packages/core/test/advisories/*.test.ts").matchAll(/^describe\("([^":]+):/gm);
    const tested = [...titles].map(([, id = ""]) => id);
    const listed = rows.filter((row) => row.length === 3).map(([what = ""]) => what);
    expect(listed.map((what) => tested.find((id) => what.startsWith(id)))).not.toContain(undefined);
    expect(tested.filter((id) => !listed.some((what) => what.startsWith(id)))).toEqual([]);
  });

  it("state a total for each suite that is the sum of its rows", () => {
    for (const section of page.split("\n### ").slice(1)) {
      const counts = [...section.matchAll(/^\| *(\d+) \|/gm)].map(([, count]) => Number(count));
      const total = Number(/; (\d+) tests\./.exec(section)?.[1]);
      expect(
        counts.reduce((sum, count) => sum + count),
        section.split("\n")[0],
      ).toBe(total);
    }
  });
});
