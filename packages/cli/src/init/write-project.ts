import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../cli-error.ts";
import { coatcheckVersion } from "../version.ts";
import { toProjectName } from "./project-name.ts";
import type { Template } from "./templates.ts";

/** The root of this package, from `src` as well as from `dist`. */
const packageFolder = fileURLToPath(new URL("../../", import.meta.url));

/** The real names of template files. npm leaves files with these names out of a package. */
const REAL_NAMES: Readonly<Record<string, string>> = { gitignore: ".gitignore" };

/** How many files of a folder that is not empty are named. */
const MAX_NAMED = 5;

/**
 * Writes a project with its own secret. Nothing is overwritten.
 *
 * @param folder - an absolute path. A missing folder is created
 * @returns the names of the files
 * @throws `FOLDER_NOT_EMPTY`, `CANNOT_WRITE`
 */
export function writeProject(template: Template, folder: string): string[] {
  try {
    return write(template, folder);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError("CANNOT_WRITE", `Cannot write to ${folder}: ${(error as Error).message}`, { cause: error });
  }
}

function write(template: Template, folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  assertEmpty(folder);
  const source = join(packageFolder, "templates", template.name);
  // All packages of coatcheck are released together, with the same version.
  const values = { name: toProjectName(basename(folder)), version: coatcheckVersion() };
  const files = readdirSync(source).map((stored) => ({
    name: REAL_NAMES[stored] ?? stored,
    text: fill(readFileSync(join(source, stored), "utf8"), values),
  }));
  // "wx" fails if another process has created the file in the meantime.
  for (const { name, text } of files) writeFileSync(join(folder, name), text, { flag: "wx" });
  writeFileSync(join(folder, template.secretFile), secretLine(), { flag: "wx", mode: 0o600 });
  return [...files.map(({ name }) => name), template.secretFile].sort();
}

/** A folder with nothing but a new git repository counts as empty. */
function assertEmpty(folder: string): void {
  const names = readdirSync(folder)
    .filter((name) => name !== ".git")
    .sort();
  if (names.length === 0) return;
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : "";
  throw new UsageError(
    "FOLDER_NOT_EMPTY",
    `${folder} is not empty: ${names.slice(0, MAX_NAMED).join(", ")}${more}. Choose a new folder, or empty this one.`,
  );
}

function fill(text: string, values: { readonly name: string; readonly version: string }): string {
  return text.replaceAll("{{name}}", values.name).replaceAll("{{version}}", values.version);
}

function secretLine(): string {
  return `# Encrypts the session cookie. Do not commit it, and use another one in production.\nSESSION_SECRET=${randomBytes(32).toString("hex")}\n`;
}
