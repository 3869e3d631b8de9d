import { spawnSync } from "node:child_process";
import { findProgram, startOrSkip } from "@coatcheck/engines";
import { describe, expect, it } from "vitest";
import { commandRules } from "./command-rules.ts";
import { fences } from "./fences.ts";
import { commandsOf, functionsIn } from "./shell-commands.ts";

const bash = await startOrSkip("shell commands of READMEs", async () => findProgram("bash", "apt-get install bash"));

const blocks = fences().filter(({ language }) => language === "sh");

describe("the shell blocks in the documentation", () => {
  it("are found", () => {
    expect(blocks.length).toBeGreaterThan(30);
  });

  for (const { page, line, code } of blocks) {
    it.skipIf(bash === undefined)(`have valid syntax: ${page}:${line}`, () => {
      const { status, stderr } = spawnSync(bash ?? "", ["-n"], { input: code, encoding: "utf8" });
      expect(status, stderr).toBe(0);
    });

    it(`contain commands that can run: ${page}:${line}`, () => {
      const functions = blocks.filter((block) => block.page === page).flatMap((block) => functionsIn(block.code));
      const complaints = commandsOf(code)
        .filter(([program = ""]) => !functions.includes(program))
        .map(([program = "", ...args]) => {
          const rule = commandRules[program];
          const complaint = rule === undefined ? "there is no rule for this program" : rule(args, page);
          return complaint && `${[program, ...args].join(" ")}: ${complaint}`;
        });
      expect(complaints.filter((complaint) => complaint !== undefined)).toEqual([]);
    });
  }
});

describe("commandsOf", () => {
  it("finds commands in pipes, lists, functions and substitutions, and skips comments", () => {
    const code = `visit() { curl -s "$@"; echo; }
A=1 MODE=signed npm run demo   # a comment; npm run nothing
export S=$(node -p "f('x')") && grep -v 'a b' in.txt > out.txt | cut -d '"' -f 3`;
    expect(commandsOf(code)).toEqual([
      ["curl", "-s", "$@"],
      ["echo"],
      ["npm", "run", "demo"],
      ["node", "-p", "f('x')"],
      ["export", "S=$(…)"],
      ["grep", "-v", "a b", "in.txt"],
      ["cut", "-d", '"', "-f", "3"],
    ]);
  });
});
