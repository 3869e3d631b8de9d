// Checks spelling, forbidden words (cspell.json) and forbidden phrases (phrases.ts) in every text file of the repository:
// code, comments, strings and Markdown. Arguments are files or folders to check instead of everything.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { phrasesIn } from "./phrases.ts";
import { root } from "./repository.ts";

/** Globs of the files that hold text. */
const TEXT_FILES = ["ts", "tsx", "mjs", "js", "md", "json", "jsonc", "html", "css", "sql", "toml", "yml"].map(
  (extension) => `:(glob)**/*.${extension}`,
);

const { ignorePaths } = JSON.parse(readFileSync(join(root, "cspell.json"), "utf8"));

function listFiles(paths: readonly string[]): string[] {
  const excluded = ignorePaths.map((path: string) => `:(glob,exclude)${path}`);
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...TEXT_FILES, ".ci/run", ...excluded];
  const files = execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim().split("\n");
  const folders = paths.map((path) => relative(root, join(root, path)));
  const isAskedFor = (file: string): boolean =>
    folders.length === 0 || folders.some((folder) => folder === "" || file === folder || file.startsWith(`${folder}/`));
  return files.filter((file) => isAskedFor(file) && existsSync(join(root, file)));
}

/** Each finding as a line: `path:line:column - Unknown word (…)`. */
function checkWords(files: readonly string[]): string[] {
  const cspell = join(root, "node_modules/cspell/bin.mjs");
  const options = ["--no-progress", "--no-summary", "--relative", "--file-list", "stdin"];
  const { stdout, stderr, status } = spawnSync(process.execPath, [cspell, "lint", ...options], {
    cwd: root,
    input: files.join("\n"),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0 && stdout.trim() === "") throw new Error(`cspell failed: ${stderr}`);
  return stdout.split("\n").filter((line) => line !== "");
}

function checkPhrases(file: string, text: string): string[] {
  return phrasesIn(text).map(
    ({ line, text, hint }) => `${file}:${line} - Forbidden phrase (${text}) Suggestion: ${hint}`,
  );
}

const files = listFiles(process.argv.slice(2));
const texts = files.map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));
const findings = [...checkWords(files), ...texts.flatMap(({ file, text }) => checkPhrases(file, text))];
for (const finding of findings.sort()) console.log(finding);
console.log(`prose: ${files.length} files, ${findings.length} findings`);
process.exitCode = findings.length === 0 ? 0 : 1;
