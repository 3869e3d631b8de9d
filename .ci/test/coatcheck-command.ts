import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./bundle.ts";
import type { Command } from "./shell-commands.ts";

const COMMANDS = ["init", "secret", "inspect", "migrate", "sweep", "sessions"];

/** What is asked of the person who runs it, so that a test cannot. Its help has to know the command. */
const ASKS = ["init"];

/**
 * Runs `npx coatcheck …` as a page shows it, from the sources, in an empty folder with an SQLite database.
 *
 * @returns what is wrong, if anything is
 */
export function runCoatcheck(args: Command): string | undefined {
  const [command = ""] = args;
  if (!COMMANDS.includes(command)) return `coatcheck has no command ${command}`;
  const folder = mkdtempSync(join(tmpdir(), "coatcheck-page-"));
  try {
    const { status, stderr } = run(ASKS.includes(command) ? [command, "--help"] : args, folder);
    return status === 0 ? undefined : stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(args: Command, cwd: string): { readonly status: number | null; readonly stdout: string; stderr: string } {
  const main = join(root, "packages/cli/src/main.ts");
  const env = { ...process.env, DATABASE_URL: `sqlite:${join(cwd, "sessions.db")}` };
  const node = join(root, "node_modules/.bin/node");
  return spawnSync(node, ["--conditions=@coatcheck/source", main, ...args], {
    cwd,
    env,
    encoding: "utf8",
    timeout: 20_000,
  });
}
