import { PassThrough } from "node:stream";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { coatcheckProgram } from "../src/program.ts";
import { coatcheck, inProcess } from "./support/run-coatcheck.ts";

const program = coatcheckProgram({
  stdin: new PassThrough(),
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  env: {},
  cwd: ".",
  now: Date.now,
  setExitCode: () => undefined,
  onInterrupt: () => () => undefined,
});

/** All commands below a command, with the words that are typed. */
function commandsBelow(parent: Command, path: readonly string[] = []): { path: readonly string[]; command: Command }[] {
  return parent.commands.flatMap((command) => {
    const own = [...path, command.name()];
    return [{ path: own, command }, ...commandsBelow(command, own)];
  });
}

const commands = commandsBelow(program);
const runnable = commands.filter(({ command }) => command.commands.length === 0);

describe("coatcheck --help", () => {
  it("lists the commands and the exit codes on standard output", async () => {
    const { status, stdout, stderr } = await coatcheck(["--help"]);
    expect([status, stderr]).toEqual([0, ""]);
    for (const name of ["secret", "inspect", "migrate", "sweep", "sessions", "Exit codes:", "130"]) {
      expect(stdout).toContain(name);
    }
  });

  it("is printed on standard error if the command is incomplete", async () => {
    const { status, stdout, stderr } = await coatcheck([]);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("Usage: coatcheck");
    const half = await inProcess(["migrate"]);
    expect([half.status, half.stdout]).toEqual([2, ""]);
    expect(half.stderr).toContain("Usage: coatcheck migrate");
    expect(half.stderr).not.toContain("error:");
  });

  it("is replaced by a JSON error with --json", async () => {
    for (const args of [["--json"], ["--json", "secret"], ["migrate", "--json"], ["help", "nothing", "--json"]]) {
      const { status, stdout, stderr } = await inProcess(args);
      expect([status, stdout]).toEqual([2, ""]);
      const { code, message } = JSON.parse(stderr).error;
      expect(code, args.join(" ")).toMatch(/^(USAGE|HELP)$/);
      expect(message).toMatch(/comes after a command|missing or unknown/);
    }
  });

  it("prints the version", async () => {
    expect((await coatcheck(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  for (const { path, command } of commands) {
    it(`explains ${path.join(" ")}`, async () => {
      const { status, stdout, stderr } = await inProcess([...path, "--help"]);
      expect([status, stderr]).toEqual([0, ""]);
      expect(stdout).toContain(`Usage: coatcheck ${path.join(" ")}`);
      expect(stdout).toContain(command.description().split(" ").slice(0, 3).join(" "));
    });
  }

  it("shows an example and --json for every command", async () => {
    expect(runnable.length).toBeGreaterThan(8);
    for (const { path } of runnable) {
      const { stdout } = await inProcess([...path, "--help"]);
      expect(stdout, path.join(" ")).toMatch(/Examples:\n {2}.*coatcheck /);
      expect(stdout, path.join(" ")).toContain("--json");
    }
  });
});
