import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../repository.ts";

const page = readFileSync(join(root, "packages/core/docs/security.md"), "utf8");
const listed = new Set(page.match(/SEC-\d\d/g));

/** All files with tests. The conformance suites are sources of the testing package. */
const files = execFileSync("git", ["ls-files", "*.test.ts", "packages/testing/src/*.ts"], {
  cwd: root,
  encoding: "utf8",
});
const titled = new Set(
  files
    .trim()
    .split("\n")
    .flatMap((file) => readFileSync(join(root, file), "utf8").match(/\b(?:it|test)\(\s*["'`].*/g) ?? [])
    .flatMap((title) => title.match(/SEC-\d\d/g) ?? []),
);

describe("the properties in security.md", () => {
  it("each have a test", () => {
    expect([...listed].filter((id) => !titled.has(id))).toEqual([]);
  });

  it("include every property that a test title names", () => {
    expect([...titled].filter((id) => !listed.has(id))).toEqual([]);
  });
});
