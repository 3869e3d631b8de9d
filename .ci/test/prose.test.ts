import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { phrasesIn } from "../phrases.ts";
import { root } from "../repository.ts";

describe("phrasesIn", () => {
  it("finds a phrase, its line and a hint", () => {
    expect(phrasesIn("A session\nlasts for ever.")).toEqual([
      { line: 2, text: "for ever", hint: "forever, or say how long" },
    ]);
  });

  it.each([
    ["a block comment", "/**\n * Every store, be\n * it in memory or not.\n */"],
    ["line comments", "// Every store, be\n// it in memory or not."],
    ["a list in Markdown", "- Every store, be\n  it in memory or not."],
    ["a string", 'const text = "Every store, Be it in memory or not.";'],
  ])("finds a phrase in %s", (_, text) => {
    expect(phrasesIn(text)).toMatchObject([{ text: expect.stringMatching(/^be it$/i) }]);
  });

  it("does not take a call of a test function for a phrase", () => {
    expect(phrasesIn('to be it("works")')).toEqual([]);
  });

  it("does not find a phrase in parts of words", () => {
    expect(phrasesIn("maybe it works, before everything belongs into-itself")).toMatchObject([
      { text: "belongs into" },
    ]);
  });
});

describe("cspell.json", () => {
  it("makes cspell find misspelled words, forbidden words and British spellings", () => {
    const folder = mkdtempSync(join(tmpdir(), "coatcheck-prose-"));
    try {
      writeFileSync(join(folder, "a.ts"), '/** A sesion in Redis. */\nexport const nobodyKnows = "its colour";\n');
      const cspell = join(root, "node_modules/cspell/bin.mjs");
      const options = ["--config", join(root, "cspell.json"), "--root", folder, "--no-gitignore", "--words-only"];
      const { stdout } = spawnSync(process.execPath, [cspell, "lint", ...options, "a.ts"], {
        cwd: folder,
        encoding: "utf8",
      });
      expect(stdout.trim().split("\n")).toEqual(["sesion", "nobody", "colour"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
