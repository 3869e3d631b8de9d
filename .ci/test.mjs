// Runs every test in every runtime, and says at the end what ran where. Arguments are handed to vitest: a part of a
// file's name, or --project "core*".
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "node_modules", ".bin");
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const reports = mkdtempSync(join(tmpdir(), "coatcheck-"));

/** Workerd is driven by the run in Node. The forks pool does not start in Bun, hence threads. Deno hands its flags on to forks. */
const runs = [
  { host: "node", command: [join(bin, "node"), vitest, "run"] },
  { host: "deno", command: [join(bin, "deno"), "run", "-A", "--unstable-kv", vitest, "run"] },
  { host: "bun", command: [join(bin, "bun"), "--bun", vitest, "run", "--pool", "threads"] },
];

const totals = new Map();
let output = "";
let failed = 0;
for (const { host, command } of runs) {
  const counts = join(reports, `${host}.json`);
  const [file, ...args] = command;
  const options = ["--config", "vitest.workspace.ts", "--passWithNoTests"];
  const reporters = ["--reporter=default", `--reporter=${join(root, ".ci", "reporter.mjs")}`];
  const code = await run(file, [...args, ...options, ...reporters, ...process.argv.slice(2)], counts);
  const failedHere = count(counts);
  // A run that broke without a failed test is a failure too.
  failed += code !== 0 && failedHere === 0 ? 1 : failedHere;
}
rmSync(reports, { recursive: true });

const leaks = failed === 0 ? secretsIn(stripVTControlCharacters(output)) : [];
for (const leak of leaks) console.log(`SEC-41: the output of the tests holds ${leak}`);
failed += leaks.length;

console.log("\nEngines");
for (const line of linesAboutEngines(stripVTControlCharacters(output))) console.log(`  ${line}`);
console.log("\nTests by package and runtime");
for (const [name, { passed, skipped }] of [...totals].sort()) {
  console.log(`  ${name.padEnd(24)}${String(passed).padStart(6)} passed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
}
const passed = [...totals.values()].reduce((sum, total) => sum + total.passed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function run(file, args, counts) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, COUNTS: counts };
    const child = spawn(file, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], env });
    for (const [stream, target] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        output += text;
        target.write(text);
      });
    }
    child.on("error", reject);
    child.on("close", resolve);
  });
}

function count(counts) {
  if (!existsSync(counts)) return 0;
  const { projects, unhandled } = JSON.parse(readFileSync(counts, "utf8"));
  let failures = unhandled;
  for (const [name, total] of Object.entries(projects)) {
    totals.set(name, total);
    failures += total.failed;
  }
  return failures;
}

/** What the tests said of the engines they ran on, and of those they could not, once each. */
function linesAboutEngines(text) {
  const found = [...text.matchAll(/^(engine|skipped): (.*)$/gm)];
  return [...new Set(found.map(([, what, engine]) => (what === "engine" ? engine : `skipped: ${engine}`)))].sort();
}

/** What must not be in the output of a green run: session ids, store keys, sealed cookies, and our tests' secrets. */
function secretsIn(text) {
  return [
    ["a session id or a store key", /(?<![\w/+=-])[\w-]{43}(?![\w/+=-])/],
    ["a sealed cookie", /eyJ[\w-]{10,}\.[\w-]*\./],
    ["a secret", /canary/],
  ].flatMap(([what, pattern]) => (pattern.test(text) ? [what] : []));
}
