import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../repository.ts";
import { runCoatcheck } from "./coatcheck-command.ts";
import type { Command } from "./shell-commands.ts";

/** Checks a command that a page shows. Returns what is wrong with it, `undefined` if nothing is. */
export type CommandRule = (args: Command, page: string) => string | undefined;

interface Manifest {
  readonly name: string;
  readonly scripts?: Readonly<Record<string, string>>;
}

const tracked = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).trim().split("\n");
const manifests = tracked.filter((file) => /(^|\/)package\.json$/.test(file)).map(readManifest);
/** The packages in the lockfile: those of this repository and their dependencies. */
const known = new Set(
  Object.keys(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages).map((path) =>
    path.replace(/^.*node_modules\//, ""),
  ),
);

const takesAnything: CommandRule = () => undefined;

/** One rule for each program that a page may show. */
export const commandRules: Readonly<Record<string, CommandRule>> = {
  npm,
  npx: ([program, ...args], page) =>
    npx[program ?? ""]?.(args, page) ?? unless(program !== undefined && program in npx),
  deno,
  bun,
  node: (args, page) => unless(args[0] === "-p" || isSource(args.at(-1), page)),
  openssl: ([what, form, bytes]) =>
    unless(what === "rand" && /^-(hex|base64)$/.test(form ?? "") && Number(bytes) >= 32),
  // Tools of the shell and of every system.
  ...{ curl: takesAnything, grep: takesAnything, cut: takesAnything, echo: takesAnything, export: takesAnything },
  ...{
    cp: takesAnything,
    mv: takesAnything,
    rm: takesAnything,
    cd: takesAnything,
    sed: takesAnything,
    head: takesAnything,
  },
};

const npx: Readonly<Record<string, CommandRule>> = { wrangler, coatcheck: runCoatcheck };

function npm([command, ...args]: Command, page: string): string | undefined {
  if (command === "install") return firstUnknown(args);
  const script = command === "run" ? args[0] : command;
  const at = args.indexOf("-w");
  const workspace = at < 0 ? "coatcheck-workspace" : args[at + 1];
  const manifest = templateOf(page) ?? manifests.find(({ name }) => name === workspace);
  if (manifest?.scripts?.[script ?? ""] === undefined) return `${manifest?.name} has no script ${script}`;
  if (script !== "test") return undefined;
  const parts = args.slice(1).filter((part) => !part.startsWith("-"));
  const isTest = (file: string): boolean => file.endsWith(".test.ts");
  const missing = parts.find((part) => !tracked.some((file) => isTest(file) && file.includes(part)));
  return missing && `no path of a test contains ${missing}`;
}

function deno([command, ...args]: Command, page: string): string | undefined {
  if (command === "task") return unless(templateOf(page)?.scripts?.[args[0] ?? ""] !== undefined);
  if (command === "add") return firstUnknown(args.map((name) => name.replace(/^npm:/, "")));
  return unless(/^(serve|run)$/.test(command ?? "") && isSource(args.at(-1), page));
}

function bun([command, ...args]: Command, page: string): string | undefined {
  if (command === "install") return firstUnknown(args);
  if (command === "run" && templateOf(page)?.scripts?.[args[0] ?? ""] !== undefined) return undefined;
  if (command === "add") return firstUnknown(args);
  return unless(isSource(command === "run" ? args[0] : command, page));
}

/** Knows the forms of the command, and compares names with the `wrangler.jsonc` next to the page. */
function wrangler(args: Command, page: string): string | undefined {
  const config = join(root, dirname(page), "wrangler.jsonc");
  const text = existsSync(config) ? readFileSync(config, "utf8") : "";
  const [, database] = /"database_name": "([^"]+)"/.exec(text) ?? [];
  const forms = [
    /^dev( --test-scheduled)?$/,
    /^types$/,
    /^deploy$/,
    /^secret put [A-Z_]+$/,
    new RegExp(`^d1 (create|migrations apply) ${database}( --(local|remote))?$`),
  ];
  return unless(forms.some((form) => form.test(args.join(" "))));
}

function firstUnknown(args: Command): string | undefined {
  const missing = args.find((name) => !/^--(save-)?dev$/.test(name) && !known.has(name));
  return missing && `the lockfile has no package ${missing}`;
}

/** Whether the page's folder has this source file. Outside of examples, the reader's own `main.ts` or `server.ts` is fine. */
function isSource(file: string | undefined, page: string): boolean {
  const name = file?.split("/").at(-1) ?? "";
  const own = tracked.some((path) => path === join(dirname(page), "src", name));
  return own || (!page.startsWith("examples/") && /^(main|server)\.ts$/.test(name));
}

function unless(isFine: boolean): string | undefined {
  return isFine ? undefined : "there is no rule for this form of the command";
}

/** The manifest of the template that a page belongs to, if it belongs to one. */
function templateOf(page: string): Manifest | undefined {
  if (!page.startsWith("packages/cli/templates/")) return undefined;
  const config = join(dirname(page), "deno.json");
  if (!tracked.includes(config)) return readManifest(join(dirname(page), "package.json"));
  return { name: config, scripts: JSON.parse(readFileSync(join(root, config), "utf8")).tasks };
}

function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(join(root, file), "utf8"));
}
