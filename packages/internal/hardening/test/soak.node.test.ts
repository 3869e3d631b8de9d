import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startOrSkip, startRedis } from "@coatcheck/engines";
import { describe, expect, it } from "vitest";
import { type Health, healthProblems } from "../src/soak/health.ts";
import { PLANTED_FAULTS } from "../src/soak/planted-faults.ts";

const redis = await startOrSkip("soak", startRedis);
await redis?.stop();

describe.skipIf(redis === undefined).concurrent("npm run soak", { timeout: 120_000 }, () => {
  it("passes on a server without faults", async () => {
    const { code, stdout } = await soakBriefly();
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/^answers: [1-9]\d{2,} checked, 0 wrong\npassed$/m);
  });

  it("finds a leak, wrong answers, leaked handles and an unhandled rejection", async () => {
    const { code, stdout } = await soakBriefly("--faults", PLANTED_FAULTS.join(","));
    expect(code, stdout).toBe(1);
    expect(stdout).toMatch(/^FAILED: /m);
    for (const problem of [
      /the heap changed by \d/,
      /the handles changed from /,
      /1 unhandled rejections/,
      /[1-9]\d* wrong answers, for example\n {2}user \d+, /,
    ]) {
      expect(stdout).toMatch(problem);
    }
  });
});

describe("healthProblems", () => {
  const early: Health = { heap: 1_000_000, handles: { TCPServerWrap: 1 }, unhandledRejections: 0, requests: 10 };

  it("accepts a change of the heap within the tolerance, and reports a larger one in either direction", () => {
    const countProblems = (heap: number) => healthProblems(early, { ...early, heap, requests: 20 }, 0.05).length;
    expect([951_000, 1_000_000, 1_049_000].map(countProblems)).toEqual([0, 0, 0]);
    expect([949_000, 1_051_000].map(countProblems)).toEqual([1, 1]);
  });

  it("reports changed handles, unhandled rejections and a server without requests", () => {
    const late = { heap: 1_000_000, handles: { TCPServerWrap: 1, Timeout: 1 }, unhandledRejections: 2, requests: 10 };
    expect(healthProblems(early, late, 0.05)).toEqual([
      'the handles changed from {"TCPServerWrap":1} to {"TCPServerWrap":1,"Timeout":1}',
      "2 unhandled rejections",
      "the server received no request between the two checks",
    ]);
  });
});

/** A soak of two seconds. That is too short for the heap to settle, so half of it may change. */
function soakBriefly(...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }> {
  const script = fileURLToPath(new URL("../src/soak.ts", import.meta.url));
  const command = [
    "--conditions=@coatcheck/source",
    script,
    "--users",
    "15",
    "--minutes",
    "0.035",
    "--tolerance",
    "50",
    ...args,
  ];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, command, (_error, stdout) => {
      resolve({ code: child.exitCode ?? -1, stdout });
    });
  });
}
