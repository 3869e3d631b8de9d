#!/usr/bin/env node
import { program } from "commander";
import { initCommand } from "./init/command.ts";

const { stdin, stdout, stderr } = process;
function setExitCode(code: number): void {
  process.exitCode = code;
}
await program
  .name("coatcheck")
  .addCommand(initCommand({ stdin, stdout, stderr, cwd: process.cwd(), setExitCode }))
  .parseAsync();
