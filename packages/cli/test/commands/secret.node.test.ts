import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signedCookie } from "@coatcheck/core";
import { secret } from "@coatcheck/test-support";
import { describe, expect, it } from "vitest";
import { COMMAND, coatcheck, inProcess, runProgram } from "../support/run-coatcheck.ts";

describe("coatcheck secret", () => {
  it("prints a new secret each time, which a manager accepts", async () => {
    const [one, two] = [await coatcheck(["secret"]), await coatcheck(["secret"])];
    for (const { status, stdout, stderr } of [one, two]) {
      expect([status, stderr]).toEqual([0, ""]);
      expect(/^[\da-f]{64}\n$/.test(stdout)).toBe(true);
      expect(() => signedCookie({ secrets: stdout.trim() })).not.toThrow();
    }
    expect(one.stdout === two.stdout).toBe(false);
  });

  it("prints as many secrets as requested, also as JSON", async () => {
    const { stdout } = await inProcess(["secret", "--count", "3"]);
    expect(new Set(stdout.trim().split("\n")).size).toBe(3);
    const { secrets } = JSON.parse((await inProcess(["secret", "--count", "2", "--json"])).stdout);
    expect(new Set(secrets).size).toBe(2);
    for (const wrong of ["0", "-1", "1.5", "1001", "many"]) {
      expect(await inProcess(["secret", "--count", wrong])).toMatchObject({ status: 2, stdout: "" });
    }
  });

  it("checks the secret on standard input, without its line break", async () => {
    const folder = mkdtempSync(join(tmpdir(), "coatcheck-"));
    const file = join(folder, "secret.txt");
    writeFileSync(file, `${secret()}\n`);
    const shell = `${COMMAND.map((word) => `'${word}'`).join(" ")} secret --check < '${file}'`;
    expect(await runProgram(["sh", "-c", shell])).toEqual({ status: 0, stdout: "strong\n", stderr: "" });
    rmSync(folder, { recursive: true });
  });

  it("rejects input with several secrets or with a variable, which could make weak secrets look strong", async () => {
    const [first, second] = [secret().slice(0, 20), secret().slice(20, 40)];
    for (const text of [`${first}\n${second}\n`, `SESSION_SECRET=${first}\n`, `export SECRET=${first}`]) {
      const { status, stdout, stderr } = await inProcess(["secret", "--check"], { stdin: text });
      expect([status, stdout]).toEqual([2, ""]);
      expect(stderr).not.toContain(first);
    }
  });

  const weak = {
    "a short secret": ["Tr0ub4dor&3", /fewer than 32 bytes/],
    "31 bytes": [secret().slice(0, 31), /fewer than 32 bytes/],
    "the secret of tutorials": ["keyboard cat keyboard cat keyboard cat", /easy to guess/],
    "a repeated word": ["hunter2-".repeat(6), /easy to guess/],
    "an empty secret": ["", /fewer than 32 bytes/],
  } as const;
  for (const [name, [text, why]] of Object.entries(weak)) {
    it(`SEC-06 exits with 1 for ${name}, and says why it is weak`, async () => {
      const { status, stdout } = await inProcess(["secret", "--check"], { stdin: `${text}\n` });
      expect([status, stdout.slice(0, 8)]).toEqual([1, "weak: it"]);
      expect(stdout).toMatch(why);
      const json = await inProcess(["secret", "--check", "--json"], { stdin: text });
      expect([json.status, JSON.parse(json.stdout).strong]).toEqual([1, false]);
    });
  }

  it("checks the secret in an environment variable", async () => {
    const env = { STRONG: secret(), WEAK: "password" };
    expect(await inProcess(["secret", "--check", "--env", "STRONG", "--json"], { env })).toEqual({
      status: 0,
      stdout: '{"strong":true}\n',
      stderr: "",
    });
    expect(await inProcess(["secret", "--check", "--env", "WEAK"], { env })).toMatchObject({ status: 1 });
    const missing = await inProcess(["secret", "--check", "--env", "NONE"], { env });
    expect([missing.status, missing.stderr]).toEqual([2, "error: The environment has no NONE.\n"]);
  });

  it("SEC-41 rejects a secret as an argument, says why, and does not print it", async () => {
    const given = secret();
    for (const args of [
      ["secret", "--check", given],
      ["secret", given],
      ["secret", "--check", given, "--json"],
    ]) {
      const { status, stdout, stderr } = await inProcess(args);
      expect([status, stdout]).toEqual([2, ""]);
      expect(stderr).toContain("other users of the machine");
      expect(stderr.includes(given)).toBe(false);
    }
  });
});
