import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("../src/growth.ts", import.meta.url));

describe("npm run growth", () => {
  it("measures each operation with few and many sessions, and the sweep", async () => {
    const { code, stdout } = await growth(["SQLite", "--few", "100", "--many", "1000", "--rounds", "1"]);
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/^## SQLite \d+\.\d+/m);
    expect(stdout).toMatch(/^\| µs, live sessions: +\| 100 \| 1,000 \| ratio \|/m);
    for (const operation of ["read", "write", "touch", "login and revokeAll"]) {
      expect(stdout).toMatch(new RegExp(`^\\| ${operation} +(\\| +\\d+ \\| +\\d+ \\| +\\d+\\.\\d\\d ){2}\\|$`, "m"));
    }
    expect(stdout).toMatch(/^\| sweep of expired sessions: +\| +1 \| +100 \|$/m);
    expect(stdout).toMatch(/^\| during a sweep of 100 \|/m);
    expect(stdout).not.toMatch(/NaN|undefined/);
  });

  it("skips an engine that is not installed, prints how to install it, and continues", async () => {
    const args = ["Redis", "SQLite", "--few", "10", "--many", "20", "--rounds", "1"];
    const { code, stdout } = await growth(args, { PATH: "" });
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/^Redis is skipped: redis-server is not installed: .*install redis/m);
    expect(stdout).toMatch(/^## SQLite/m);
  });

  it("rejects an unknown engine or an invalid number with one line", async () => {
    expect(await growth(["Oracle"])).toEqual({
      code: 1,
      stdout: "",
      stderr: "Unknown engine Oracle. Engines: Redis, PostgreSQL, SQLite.\n",
    });
    expect(await growth(["--few", "ten"])).toMatchObject({
      code: 1,
      stderr: "--few must be a whole number, 1 or more.\n",
    });
  });
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function growth(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const flags = ["--conditions=@coatcheck/source", "--expose-gc"];
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, encoding: "utf8" } as const;
    const child = execFile(process.execPath, [...flags, script, ...args], options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}
