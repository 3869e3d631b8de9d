import { resolve } from "node:path";
import { Command } from "commander";
import { UsageError } from "../cli-error.ts";
import { exitCodes } from "../exit-codes.ts";
import { similarTemplate, type Template, templates } from "../init/templates.ts";
import { writeProject } from "../init/write-project.ts";
import type { CliIo } from "../io.ts";
import { isTerminal, type OutputOptions, writeResult } from "../output.ts";

const names = templates.map(({ name }) => name).join(", ");

const EXAMPLES = `
Examples:
  coatcheck init               ask for the template, and write into this folder
  coatcheck init hono my-app   write into a new folder

Exit codes: 0 written; 2 wrong usage, or a folder that is not empty; 130 the question was canceled.`;

/** `coatcheck init [template] [folder]`: writes a project that runs, with its own secret. */
export function initCommand(io: CliIo): Command {
  return new Command("init")
    .summary("start a project")
    .description("Write a small project with sessions, and its own secret in a file that git ignores.")
    .argument("[template]", `${names}; asked for in a terminal if it is missing`)
    .argument("[folder]", "a new or an empty folder", ".")
    .option("--json", "print the files and the next commands as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (name: string | undefined, folder: string, options: OutputOptions) => {
      const isAsked = name === undefined && !options.json && io.stdin.isTTY === true && isTerminal(io, io.stderr);
      const template = isAsked ? await ask(io) : findTemplate(name);
      if (template === undefined) {
        io.stderr.write("Nothing was written.\n");
        io.setExitCode(exitCodes.interrupted);
        return;
      }
      const path = resolve(io.cwd, folder);
      const written: Written = {
        template: template.name,
        folder: path,
        files: writeProject(template, path),
        next: [...(path === io.cwd ? [] : [`cd ${quote(folder)}`]), ...template.commands],
      };
      writeResult(io, options, written, toText(template, written));
    });
}

interface Written {
  readonly template: string;
  readonly folder: string;
  readonly files: readonly string[];
  /** The next commands to type. */
  readonly next: readonly string[];
}

async function ask(io: CliIo): Promise<Template | undefined> {
  const { isCancel, select } = await import("@clack/prompts");
  const answer = await select({
    message: "Where will the project run?",
    options: templates.map((template) => ({ value: template, label: template.name, hint: template.title })),
    input: io.stdin,
    output: io.stderr,
  });
  return isCancel(answer) ? undefined : answer;
}

function findTemplate(name: string | undefined): Template {
  if (name === undefined) {
    throw new UsageError("USAGE", `Which template? One of ${names}: coatcheck init hono my-app`);
  }
  const found = templates.find((template) => template.name === name);
  if (found !== undefined) return found;
  const similar = similarTemplate(name);
  const hint = similar === undefined ? "" : ` Did you mean ${similar.name}?`;
  throw new UsageError(
    "UNKNOWN_TEMPLATE",
    `There is no template ${JSON.stringify(name)}.${hint} The templates are ${names}.`,
  );
}

function toText({ title, secretFile, url }: Template, { folder, files, next }: Written): string {
  return [
    `A project for ${title} is in ${folder}:`,
    ...files.map((file) => `  ${file}${file === secretFile ? "  (a new secret; git ignores it)" : ""}`),
    "",
    "Next:",
    ...next.map((line) => `  ${line}`),
    "",
    `Then open ${url}`,
  ].join("\n");
}

/** Quoted so that a shell reads it as one word, and `cd` as a folder. */
function quote(folder: string): string {
  const path = folder.startsWith("-") ? `./${folder}` : folder;
  return /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
