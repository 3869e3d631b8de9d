import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../repository.ts";
import type { Command } from "./shell-commands.ts";

/** Commands that may exit with 1 here: the test's database is empty, and its cookie belongs to no session. */
const MAY_DENY = ["inspect"];

/** One folder per page, so that a command finds what earlier commands of its page created. */
const folders = new Map<string, string>();
process.on("exit", () => {
  for (const folder of folders.values()) rmSync(folder, { recursive: true });
});

/**
 * Runs `npx coatcheck …` as a page shows it, from the sources.
 *
 * @returns the error output if the command fails
 */
export function runCoatcheck(args: Command, page: string): string | undefined {
  const [command = ""] = args;
  // `init` asks questions on a terminal, and a test has none. This only shows that the command exists.
  const typed = args.join(" ") === "init" ? ["init", "--help"] : args;
  const { status, stderr } = run(typed, folderOf(page));
  return status === 0 || (status === 1 && MAY_DENY.includes(command)) ? undefined : stderr;
}

function folderOf(page: string): string {
  const folder = folders.get(page) ?? mkdtempSync(join(tmpdir(), "coatcheck-page-"));
  folders.set(page, folder);
  return folder;
}

function run(args: Command, cwd: string): { readonly status: number | null; readonly stderr: string } {
  const main = join(root, "packages/cli/src/main.ts");
  const node = join(root, "node_modules/.bin/node");
  // `inspect` reads a header from its input.
  const input = `Set-Cookie: __Host-session=${"A".repeat(43)}; Path=/; Secure; HttpOnly`;
  return spawnSync(node, ["--conditions=@coatcheck/source", main, ...args], {
    cwd,
    input,
    encoding: "utf8",
    timeout: 60_000,
  });
}
