import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readSeeds } from "../src/fuzz/corpus.ts";
import { type FuzzReport, fuzz } from "../src/fuzz/fuzzer.ts";
import type { Target } from "../src/fuzz/target.ts";
import { plantedFault } from "../src/fuzz/targets/planted-fault.ts";
import { TARGETS } from "../src/fuzz/targets.ts";

/** Generated inputs for each target. `npm run fuzz` and `npm run nightly` generate many more. */
const RUNS = 200;

/** Enough to find the planted fault with seed 5, which takes 1,472. */
const RUNS_TO_FAULT = 2_000;

function fuzzBriefly(target: Target): Promise<FuzzReport> {
  const corpus = [...readSeeds(target.name).values()];
  return fuzz(target, { corpus, seed: 1, runs: RUNS, until: Infinity, sources: /\/packages\/(core|auth|csrf)\/src\// });
}

describe("fuzz targets", () => {
  for (const target of TARGETS) {
    it(`${target.name} withstands its seeds and ${RUNS} generated inputs`, async () => {
      expect(readSeeds(target.name).size).toBeGreaterThan(0);
      const { runs, finding, covered } = await fuzzBriefly(target);
      expect(finding).toBeUndefined();
      expect(runs).toBe(RUNS);
      // Opening a session covers more than this. Less means that the coverage, which guides the fuzzer, is not measured.
      expect(covered).toBeGreaterThan(10_000);
    });
  }
});

describe("npm run fuzz", () => {
  it("finds a planted fault by following coverage, prints it and exits with 1", async () => {
    const { code, stdout } = await runFuzzCommand(
      "--target",
      plantedFault.name,
      "--seed",
      "5",
      "--runs",
      `${RUNS_TO_FAULT}`,
    );
    expect(code).toBe(1);
    expect(stdout).toContain("reached the planted fault");
    expect(stdout).toMatch(/^planted-fault: broken by .*finding-[\da-f]{16}$/m);
  });

  it("runs the seeds of a target, prints a summary and exits with 0", async () => {
    const { code, stdout } = await runFuzzCommand("--target", "cookie-header", "--seed", "1", "--runs", "10");
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/^cookie-header: [1-9]\d* inputs of the corpus and 10 generated in \d+\.\d s \(seed 1\), /);
  });

  it("does not find the planted fault without coverage", async () => {
    const options = { corpus: [], seed: 5, runs: RUNS_TO_FAULT, until: Infinity, sources: /^nothing$/ };
    const { finding, runs } = await fuzz(plantedFault, options);
    expect({ finding, runs }).toEqual({ finding: undefined, runs: RUNS_TO_FAULT });
  });
});

/** Runs the command on the seeds alone, without the inputs of earlier runs. */
function runFuzzCommand(...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }> {
  const script = fileURLToPath(new URL("../src/fuzz.ts", import.meta.url));
  const command = ["--conditions=@coatcheck/source", script, "--fresh", ...args];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, command, (_error, stdout) => {
      resolve({ code: child.exitCode ?? -1, stdout });
    });
  });
}
