import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseOptions } from "../src/options.ts";
import { parseWrk } from "../src/throughput/throughput.ts";
import { roundTripsIn } from "../src/workloads/count-redis-commands.ts";
import { forge, tamper } from "../src/workloads/tamper.ts";

const script = fileURLToPath(new URL("../src/bench.ts", import.meta.url));

describe("npm run bench", () => {
  it("measures the selected parts and judges their goals", async () => {
    const args = ["--rounds", "1", "--slice", "1", "--only", "unread"];
    const { code, stdout } = await bench(args);
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/^#### Conditions\n\n\d+ cores .* GiB of memory; Node \d+\.\d+\.\d+, 1 rounds of 1 ms\.$/m);
    expect(stdout).toMatch(/ iron-session \d+\.\d+\.\d+,/);
    expect(stdout).toMatch(/^\| unread: added to a bare handler +\| +≤ 1 µs \| +-?[\d.,]+ µs \| +(met|missed) *\|$/m);
    expect(stdout).toMatch(/^\| coatcheck in Hono +\| +[\d.,]+ \([\d.,]+–[\d.,]+\) \|/m);
    expect(stdout).toMatch(/^\| express-session, memory +\| .* \| +coatcheck \| +[\d.,]+ \(/m);
    expect(stdout).not.toMatch(/NaN|undefined/);
    expect(stdout).not.toMatch(/^#### (Signed|Throughput|Cold)/m);
  });

  it("measures in Deno, Bun and workerd", { timeout: 120_000 }, async () => {
    const runtimes = ["deno", "bun", "workerd"];
    const args = ["--rounds", "1", "--slice", "1", "--only", "unread", "--runtime", runtimes.join(",")];
    const { code, stdout, stderr } = await bench(args);
    expect(code, stderr).toBe(0);
    for (const runtime of runtimes) {
      const heading = new RegExp(`^#### Requests that do not read the session, ${runtime} \\d+\\.\\d+`, "im");
      expect(stdout).toMatch(heading);
    }
    expect(stdout.match(/^\| coatcheck in Hono +\|/gm)).toHaveLength(3);
    // These run in Node only.
    expect(stdout).not.toMatch(/^\| (cookie|express)-session/m);
  });

  it("rejects an unknown part with one line", async () => {
    const { code, stdout, stderr } = await bench(["--only", "everything"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^Unknown part everything\. --only accepts unread, signed, .*\n$/);
  });
});

describe("parseOptions", () => {
  it("selects all parts in Node by default", () => {
    const { parts, runtimes, rounds } = parseOptions([]);
    expect([...parts]).toEqual(expect.arrayContaining(["unread", "signed", "redis", "cold-start", "throughput"]));
    expect([runtimes, rounds]).toEqual([["node"], 9]);
  });

  it("accepts several parts, and selects fewer rounds with --quick", () => {
    const { parts, rounds } = parseOptions(["--quick", "--only", "signed,server", "--only", "bundle-sizes"]);
    expect([[...parts], rounds]).toEqual([["signed", "server", "bundle-sizes"], 3]);
  });

  it("selects all runtimes with --write, which cannot be combined with a selection", () => {
    expect(parseOptions(["--write"]).runtimes).toEqual(["node", "deno", "bun", "workerd"]);
    for (const less of [["--quick"], ["--only", "signed"], ["--runtime", "bun"]]) {
      expect(() => parseOptions(["--write", ...less])).toThrow("--write needs a full run");
    }
  });

  it("rejects an unknown runtime, an invalid number and an unknown option", () => {
    expect(() => parseOptions(["--runtime", "java"])).toThrow("Unknown runtime java. --runtime accepts node, deno,");
    expect(() => parseOptions(["--rounds", "0"])).toThrow("--rounds must be a whole number, 1 or more.");
    expect(() => parseOptions(["--fast"])).toThrow("--fast");
  });
});

describe("parseWrk", () => {
  const output = "Running 1s test\n  100 requests in 1.00s\nRequests/sec:  12345.67\nTransfer/sec: 1MB\n";

  it("returns the requests per second", () => {
    expect(parseWrk(output)).toBe(12_345.67);
  });

  it("rejects the result of a server that failed", () => {
    expect(() => parseWrk(`  Non-2xx or 3xx responses: 3\n${output}`)).toThrow("wrk: Non-2xx or 3xx responses: 3");
    expect(() => parseWrk(`  Socket errors: connect 1, read 0\n${output}`)).toThrow("wrk: Socket errors");
    expect(() => parseWrk("unable to connect")).toThrow("no result");
  });
});

describe("roundTripsIn", () => {
  it("counts neither commands that a script runs inside Redis nor the commands of the counting itself", () => {
    const counting = "cmdstat_config|resetstat:calls=1,usec=9\r\ncmdstat_info:calls=1,usec=9\r\n";
    expect(roundTripsIn(`${counting}cmdstat_get:calls=1,usec=3\r\ncmdstat_expire:calls=1,usec=3\r\n`)).toBe(2);
    expect(roundTripsIn(`${counting}cmdstat_eval:calls=2,usec=3\r\ncmdstat_hmget:calls=7,usec=3\r\n`)).toBe(2);
    expect(roundTripsIn(counting)).toBe(0);
  });
});

describe("tamper", () => {
  it("changes one character of the last value, but no escape sequence", () => {
    expect(tamper("session=abcdefghijklmnop")).toBe("session=abcdefAhijklmnop");
    expect(tamper("session=AAAAAAAAAAAAAAAA")).toBe("session=AAAAAABAAAAAAAAA");
    expect(tamper("session=abcde%2Fhijklmnop")).toBe("session=abcdA%2Fhijklmnop");
  });
});

describe("forge", () => {
  it("replaces a part of the id and keeps its length", () => {
    expect(forge("sid=abcdefghijklmnop", 36)).toBe("sid=abcd00000010mnop");
  });
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function bench(args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const command = ["--conditions=@coatcheck/source", script, ...args];
    const child = execFile(process.execPath, command, { encoding: "utf8" }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}
