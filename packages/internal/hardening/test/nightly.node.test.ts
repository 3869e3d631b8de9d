import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseNightlyOptions } from "../src/nightly/options.ts";
import { runSteps, type Step } from "../src/nightly/run-steps.ts";
import { nightlySteps } from "../src/nightly/steps.ts";

/** A step that runs JavaScript. */
function step(title: string, script: string, env: Record<string, string> = {}): Step {
  return { title, command: [process.execPath, "-e", script], cwd: ".", env };
}

/** What runSteps prints, with durations replaced. */
async function run(
  ...steps: readonly Step[]
): Promise<{ readonly passed: boolean; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const passed = await runSteps(steps, (line) => lines.push(line.replace(/\d+ s\)/, "1 s)")));
  return { passed, lines };
}

describe("runSteps", () => {
  it("passes when every step exits with 0, and reports each", async () => {
    const { passed, lines } = await run(step("one", ""), step("two", ""));
    expect(passed).toBe(true);
    expect(lines).toEqual(["\n== one", "\n== two", "\n== Report", "passed  one (1 s)", "passed  two (1 s)"]);
  });

  it("continues after a failed step, and fails in the end", async () => {
    const { passed, lines } = await run(step("one", "process.exitCode = 3"), step("two", ""));
    expect(passed).toBe(false);
    expect(lines.slice(-2)).toEqual(["FAILED  one, exit 3 (1 s)", "passed  two (1 s)"]);
  });

  it("reports a program that does not exist as a failed step", async () => {
    const { passed, lines } = await run({ title: "one", command: ["./no-such-program"], cwd: "." });
    expect(passed).toBe(false);
    expect(lines.at(-1)).toMatch(/^FAILED {2}one, .*ENOENT/);
  });

  it("passes environment variables to a step", async () => {
    const script = "process.exitCode = process.env.NONCE_TEST_SEALS === '5' ? 0 : 1";
    expect((await run(step("one", script, { NONCE_TEST_SEALS: "5" }))).passed).toBe(true);
  });
});

describe("parseNightlyOptions", () => {
  it("selects the million nonces, five minutes of fuzzing per target and ten minutes of soak by default", () => {
    expect(parseNightlyOptions([])).toEqual({
      steps: ["nonces", "fuzz", "soak"],
      seals: 1_000_000,
      fuzzSeconds: 300,
      soakMinutes: 10,
    });
  });

  it("adds mutation testing with --mutation, and selects steps with --only", () => {
    expect(parseNightlyOptions(["--mutation"]).steps).toEqual(["nonces", "fuzz", "soak", "mutation"]);
    expect(parseNightlyOptions(["--only", "fuzz,soak"]).steps).toEqual(["fuzz", "soak"]);
  });

  it("rejects an unknown step and a number that is not positive", () => {
    expect(() => parseNightlyOptions(["--only", "everything"])).toThrow("Unknown step everything.");
    expect(() => parseNightlyOptions(["--seals", "0"])).toThrow("--seals must be a number above 0, got 0.");
    expect(() => parseNightlyOptions(["--soak-minutes", "long"])).toThrow("--soak-minutes must be a number above 0");
  });
});

describe("nightlySteps", () => {
  it("runs programs and files that exist", () => {
    for (const { title, command, cwd } of nightlySteps(parseNightlyOptions(["--mutation"]))) {
      const files = command.filter((part) => /^[^-].*\//.test(part)).map((path) => resolve(cwd, path));
      expect(files.length, title).toBeGreaterThan(1);
      expect(files.filter((file) => !existsSync(file))).toEqual([]);
    }
  });

  it("hands the limits of the command line to the commands", () => {
    const args = ["--mutation", "--seals", "5", "--fuzz-seconds", "6", "--soak-minutes", "7"];
    const [nonces, fuzzing, soak, mutation] = nightlySteps(parseNightlyOptions(args));
    expect(nonces?.env).toEqual({ NONCE_TEST_SEALS: "5" });
    expect(fuzzing?.command.slice(-2)).toEqual(["--seconds", "6"]);
    expect(soak?.command.slice(-2)).toEqual(["--minutes", "7"]);
    expect(mutation?.command.slice(2)).toEqual(["run", "packages/internal/hardening/stryker.config.json"]);
  });
});

describe("npm run nightly", () => {
  it("exits with 1 and explains an invalid option", async () => {
    const { code, stderr } = await nightly("--only", "everything");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Unknown step everything\.\nUsage: npm run nightly -- /);
  });
});

interface Outcome {
  readonly code: number;
  readonly stderr: string;
}

function nightly(...args: readonly string[]): Promise<Outcome> {
  const script = fileURLToPath(new URL("../src/nightly.ts", import.meta.url));
  return new Promise((done) => {
    const child = execFile(process.execPath, [script, ...args], { encoding: "utf8" }, (_error, _stdout, stderr) => {
      done({ code: child.exitCode ?? -1, stderr });
    });
  });
}
