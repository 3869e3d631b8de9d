// Tries coatcheck with input that nobody would think of: `npm run fuzz -- --seconds 600 --target token`. See README.md.
import { parseArgs } from "node:util";
import { keepGrown, readGrown, readSeeds } from "./fuzz/corpus.ts";
import { fuzz } from "./fuzz/fuzzer.ts";
import type { Target } from "./fuzz/target.ts";
import { maze } from "./fuzz/targets/planted-fault.ts";
import { TARGETS } from "./fuzz/targets.ts";

/** What should be covered: coatcheck, and not what tries it. */
const SOURCES = /\/packages\/(core|auth|csrf)\/src\/|\/planted-fault\.ts$/;

const { values } = parseArgs({
  options: {
    // For each target.
    seconds: { type: "string", default: "60" },
    runs: { type: "string", default: "Infinity" },
    target: { type: "string", multiple: true, default: TARGETS.map(({ name }) => name) },
    seed: { type: "string", default: `${Date.now() % 1_000_000}` },
    // Begins with the seeds alone, and keeps nothing: what CI does, so that it does the same everywhere.
    fresh: { type: "boolean", default: false },
  },
});

for (const name of values.target) {
  const target = [...TARGETS, maze].find((each) => each.name === name);
  if (target === undefined) {
    console.error(`There is no target ${name}. There are ${TARGETS.map((each) => each.name).join(", ")}.`);
    process.exitCode = 1;
  } else if (!(await isSound(target))) {
    process.exitCode = 1;
  }
}

/** Fuzzes a target and says what came of it; `false` when it broke. */
async function isSound(target: Target): Promise<boolean> {
  const { seconds, runs, seed, fresh } = values;
  const corpus = [readSeeds(target.name), fresh ? new Map<string, Buffer>() : readGrown(target.name)];
  const startedAt = Date.now();
  const report = await fuzz(target, {
    corpus: corpus.flatMap((inputs) => [...inputs.values()]),
    seed: Number(seed),
    runs: Number(runs),
    until: startedAt + Number(seconds) * 1000,
    sources: SOURCES,
  });
  const took = (Date.now() - startedAt) / 1000;
  const size = corpus.reduce((sum, inputs) => sum + inputs.size, 0);
  console.log(
    `${target.name}: ${size} inputs of the corpus and ${report.runs} more in ${took.toFixed(1)} s (seed ${seed}), ` +
      `${report.interesting.length} of them new, ${report.outcomes.length} outcomes, ${report.covered} characters covered`,
  );
  if (!fresh) for (const input of report.interesting) keepGrown(target.name, input);
  const { finding } = report;
  if (finding === undefined) return true;
  console.log(finding.error);
  console.log(`${target.name}: broken by ${keepGrown(target.name, finding.input, "finding-")}`);
  return false;
}
