import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startOrSkip, startRedis } from "@coatcheck/engines";
import { describe, expect, it } from "vitest";
import { complaintsAbout, type Health } from "../src/soak/health.ts";
import { FAULTS } from "../src/soak/planted-faults.ts";

const script = fileURLToPath(new URL("../src/soak.ts", import.meta.url));

const redis = await startOrSkip("soak", startRedis);
await redis?.stop();

/** A soak of seconds: too short for the heap to come to rest, so half of it may change. */
function soak(...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }> {
  const all = ["--conditions=@coatcheck/source", script, "--minutes", "0.05", "--tolerance", "50", ...args];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, all, (_error, stdout) => resolve({ code: child.exitCode ?? -1, stdout }));
  });
}

describe.skipIf(redis === undefined)("npm run soak", () => {
  it("finds nothing wrong with a server that has nothing wrong", async () => {
    const { code, stdout } = await soak();
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/^answers: [1-9]\d{2,} checked, 0 wrong\nsound$/m);
  });

  it("finds a leak, wrong answers, handles that stay and a rejection that nobody handles", async () => {
    const { code, stdout } = await soak("--faults", FAULTS.join(","));
    expect(code, stdout).toBe(1);
    expect(stdout).toMatch(/^NOT SOUND: /m);
    for (const complaint of [
      /the heap changed by \d/,
      /the handles changed from /,
      /1 unhandled rejections/,
      /[1-9]\d* wrong answers, among them\n {2}user \d+, /,
    ]) {
      expect(stdout).toMatch(complaint);
    }
  });
});

describe("the verdict", () => {
  const early: Health = { heap: 1_000_000, handles: { TCPServerWrap: 1 }, unhandledRejections: 0, requests: 10 };

  it("is that a heap may change by as much as is tolerated, and no more", () => {
    const about = (heap: number) => complaintsAbout(early, { ...early, heap, requests: 20 }, 0.05).length;
    expect([951_000, 1_000_000, 1_049_000].map(about)).toEqual([0, 0, 0]);
    expect([949_000, 1_051_000].map(about)).toEqual([1, 1]);
  });

  it("complains of handles and rejections that there were not, and of a server that had nothing to do", () => {
    const late = { heap: 1_000_000, handles: { TCPServerWrap: 1, Timeout: 1 }, unhandledRejections: 2, requests: 10 };
    expect(complaintsAbout(early, late, 0.05)).toEqual([
      'the handles changed from {"TCPServerWrap":1} to {"TCPServerWrap":1,"Timeout":1}',
      "2 unhandled rejections",
      "nothing was asked of the server in between",
    ]);
  });
});
