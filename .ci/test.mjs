// Runs all tests in all runtimes, and ends with a summary. Arguments go to vitest: a part of a path, or
// --project "core*".
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
/** Tests start hundreds of programs from their TypeScript sources. With this cache, Node compiles each source once. */
const compileCache = join(root, "node_modules", ".cache", "coatcheck-compile");

/** The run in Node also drives workerd. vitest's pool of forks does not start in Bun. */
const runs = {
  node: [join(bin, "node"), vitest, "run"],
  deno: [join(bin, "deno"), "run", "-A", "--unstable-kv", vitest, "run", "--maxWorkers=1"],
  bun: [join(bin, "bun"), "--bun", vitest, "run", "--pool=threads", "--maxWorkers=1"],
};

// The run in Node takes longest, and often waits for servers and browsers. The others use that time.
const results = await Promise.all([
  runTests("node", process.stdout),
  runTests("deno").then(async (deno) => [deno, await runTests("bun")]),
]).then((lanes) => lanes.flat());

rmSync(reports, { recursive: true });
const output = stripVTControlCharacters(results.map((result) => result.output).join("\n"));
const totals = new Map(results.flatMap(({ projects }) => Object.entries(projects)));
let failed = results.reduce((sum, result) => sum + result.failed, 0);

// vitest -t cannot run one of two tests with the same title.
const repeatedTitles = new Set(results.flatMap((result) => result.repeatedTitles));
for (const title of repeatedTitles) console.log(`Two tests have the same title: ${title}`);
failed += repeatedTitles.size;

const leaks = failed === 0 ? findSecrets(output) : [];
for (const leak of leaks) console.log(`SEC-41: the output of the tests contains ${leak}`);
failed += leaks.length;

console.log("\nEngines");
for (const line of findEngineLines(output)) console.log(`  ${line}`);
console.log("\nTests by package and runtime");
for (const [name, { passed, skipped }] of [...totals].sort()) {
  console.log(`  ${name.padEnd(24)}${String(passed).padStart(6)} passed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
}
const passed = [...totals.values()].reduce((sum, total) => sum + total.passed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Runs the tests of one runtime. Prints their output at once to `live`, or when they have ended. */
async function runTests(runtime, live) {
  const counts = join(reports, `${runtime}.json`);
  const [file, ...args] = runs[runtime];
  const options = ["--config", "vitest.workspace.ts", "--passWithNoTests"];
  const reporters = ["--reporter=default", `--reporter=${join(root, ".ci", "reporter.mjs")}`];
  const env = { ...process.env, NODE_COMPILE_CACHE: compileCache, COUNTS: counts };
  const { code, output } = await run(file, [...args, ...options, ...reporters, ...process.argv.slice(2)], env, live);
  if (live === undefined) process.stdout.write(output);

  if (!existsSync(counts)) return { output, projects: {}, repeatedTitles: [], failed: 1 };
  const { projects, repeatedTitles, unhandled } = JSON.parse(readFileSync(counts, "utf8"));
  const failed = Object.values(projects).reduce((sum, total) => sum + total.failed, unhandled);
  // A run can also fail without a failed test.
  return { output, projects, repeatedTitles, failed: code !== 0 && failed === 0 ? 1 : failed };
}

function run(file, args, env, live) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], env });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        output += text;
        live?.write(text);
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}

/** The lines that tests print about engines, without repetitions: the ones they use, and the ones that are missing. */
function findEngineLines(text) {
  const lines = [...text.matchAll(/^(engine|skipped): (.*)$/gm)];
  return [...new Set(lines.map(([line, what, engine]) => (what === "engine" ? engine : line)))].sort();
}

/** What the output of successful tests must not contain: session ids, store keys, sealed cookies, secrets of tests. */
function findSecrets(text) {
  return [
    ["a session id or a store key", /(?<![\w/+=-])[\w-]{43}(?![\w/+=-])/],
    ["a sealed cookie", /eyJ[\w-]{10,}\.[\w-]*\./],
    ["a secret", /canary/],
  ].flatMap(([what, pattern]) => (pattern.test(text) ? [what] : []));
}
