import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { fuzz } from "../src/fuzz/fuzzer.ts";
import { maze } from "../src/fuzz/targets/planted-fault.ts";
import { TARGETS } from "../src/fuzz/targets.ts";

const script = fileURLToPath(new URL("../src/fuzz.ts", import.meta.url));

/** A bounded run that begins with the seeds and tries the same each time. */
function run(target: string, runs: number): Promise<{ readonly code: number; readonly stdout: string }> {
  const args = ["--fresh", "--seed", "1", "--runs", `${runs}`, "--target", target];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ["--conditions=@coatcheck/source", script, ...args], (_error, stdout) => {
      resolve({ code: child.exitCode ?? -1, stdout });
    });
  });
}

describe("npm run fuzz", () => {
  for (const { name } of TARGETS) {
    it(`breaks nothing in ${name}, by the corpus and a thousand inputs more`, async () => {
      const { code, stdout } = await run(name, 1_000);
      expect(code, stdout).toBe(0);
      expect(stdout).toMatch(new RegExp(`^${name}: [1-9]\\d* inputs of the corpus and 1000 more`));
      const covered = Number(/(\d+) characters covered/.exec(stdout)?.[1]);
      // Without coverage it would still pass, and try little: opening a session alone runs more than this.
      expect(covered).toBeGreaterThan(10_000);
    });
  }

  it("finds a fault by following coverage, prints it and fails", async () => {
    const { code, stdout } = await run("maze", 10_000);
    expect(code).toBe(1);
    expect(stdout).toContain("found the way");
    expect(stdout).toMatch(/^maze: broken by .*finding-[\da-f]{16}$/m);
  });

  it("does not find it otherwise", async () => {
    const options = { corpus: [], seed: 1, runs: 10_000, until: Infinity, sources: /^nothing$/ };
    const { finding, runs } = await fuzz(maze, options);
    expect({ finding, runs }).toEqual({ finding: undefined, runs: 10_000 });
  });
});
