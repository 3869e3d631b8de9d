import { resolve } from "node:path";
import type { Readable, Writable } from "node:stream";
import { isCancel, select } from "@clack/prompts";
import { Command } from "commander";
import { similarTemplate, type Template, templates } from "./templates.ts";
import { FolderNotEmptyError, writeProject } from "./write-project.ts";

/** What `coatcheck init` needs of the world. */
export interface InitIo {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** Takes what was written and what to type next. */
  readonly stdout: Writable;
  /** Takes the question, and errors. */
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly cwd: string;
  /** What the process is to end with. */
  setExitCode(code: number): void;
}

/** As a shell has it for Ctrl+C. */
const INTERRUPTED = 130;
/** Wrong usage or input. */
const USAGE = 2;

const names = templates.map(({ name }) => name).join(", ");

/** `coatcheck init [template] [folder]`: a project that runs, with a secret of its own. */
export function initCommand(io: InitIo): Command {
  return new Command("init")
    .summary("start a project")
    .description("Writes a small project with sessions, and a secret of its own in a file that git ignores.")
    .argument("[template]", `${names}; asked for on a terminal`)
    .argument("[folder]", "a new or an empty one", ".")
    .option("--json", "print what was written, and what to type next, as JSON")
    .addHelpText("after", "\nExample:\n  $ npx coatcheck init hono my-app")
    .action(async (name: string | undefined, folder: string, options: { json?: true }, command: Command) => {
      const isAsked =
        name === undefined && options.json !== true && io.stdin.isTTY === true && io.stderr.isTTY === true;
      const template = isAsked ? await ask(io) : findTemplate(name, command);
      if (template === undefined) {
        io.stderr.write("Nothing was written.\n");
        io.setExitCode(INTERRUPTED);
        return;
      }
      const path = resolve(io.cwd, folder);
      const written = { template: template.name, folder: path, files: write(template, path, command) };
      const next = [...(path === io.cwd ? [] : [`cd ${quote(folder)}`]), ...template.commands];
      io.stdout.write(
        options.json === true ? `${JSON.stringify({ ...written, next })}\n` : toText(template, written, next),
      );
    });
}

async function ask(io: InitIo): Promise<Template | undefined> {
  const answer = await select({
    message: "Where is it to run?",
    options: templates.map((template) => ({ value: template, label: template.name, hint: template.title })),
    input: io.stdin,
    output: io.stderr,
  });
  return isCancel(answer) ? undefined : answer;
}

function findTemplate(name: string | undefined, command: Command): Template {
  const found = templates.find((template) => template.name === name);
  if (found !== undefined) return found;
  if (name === undefined) return usageError(`Which template? One of ${names}: coatcheck init hono my-app`, command);
  const similar = similarTemplate(name);
  const hint = similar === undefined ? "" : ` Did you mean ${similar.name}?`;
  return usageError(`There is no template ${JSON.stringify(name)}.${hint} The templates are ${names}.`, command);
}

function usageError(message: string, command: Command): never {
  command.error(`error: ${message}`, { exitCode: USAGE });
}

function write(template: Template, path: string, command: Command): string[] {
  try {
    return writeProject(template, path);
  } catch (error) {
    const { message } = error as Error;
    return usageError(error instanceof FolderNotEmptyError ? message : `Cannot write to ${path}: ${message}`, command);
  }
}

function toText(template: Template, written: { folder: string; files: readonly string[] }, next: string[]): string {
  const files = written.files.map(
    (file) => `  ${file}${file === template.secretFile ? "  (a new secret; git ignores it)" : ""}`,
  );
  return [
    `A project for ${template.title} is in ${written.folder}:`,
    ...files,
    "",
    "Next:",
    ...next.map((line) => `  ${line}`),
    "",
    `Then open ${template.url}`,
    "",
  ].join("\n");
}

/** As a shell takes it for one word. */
function quote(path: string): string {
  return /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
