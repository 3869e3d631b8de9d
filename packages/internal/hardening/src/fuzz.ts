// Feeds coatcheck with generated input until something breaks: `npm run fuzz -- --seconds 600 --target token`. See README.md.
import { parseArgs } from "node:util";
import { readDiscovered, readSeeds, saveDiscovered } from "./fuzz/corpus.ts";
import { fuzz } from "./fuzz/fuzzer.ts";
import type { Target } from "./fuzz/target.ts";
import { plantedFault } from "./fuzz/targets/planted-fault.ts";
import { TARGETS } from "./fuzz/targets.ts";

/** The sources whose coverage guides the fuzzer: coatcheck, and the planted fault in the test of the fuzzer. */
const SOURCES = /\/packages\/(core|auth|csrf)\/src\/|\/planted-fault\.ts$/;

const { values } = parseArgs({
  options: {
    // For each target.
    seconds: { type: "string", default: "60" },
    runs: { type: "string", default: "Infinity" },
    target: { type: "string", multiple: true, default: TARGETS.map(({ name }) => name) },
    seed: { type: "string", default: `${Date.now() % 1_000_000}` },
    // Starts with the seeds alone and stores nothing but findings, so that a test has the same inputs on every machine.
    fresh: { type: "boolean", default: false },
  },
});

for (const name of values.target) {
  const target = [...TARGETS, plantedFault].find((each) => each.name === name);
  if (target === undefined) {
    console.error(`Unknown target ${name}. Targets: ${TARGETS.map((each) => each.name).join(", ")}.`);
    process.exitCode = 1;
  } else if (!(await withstands(target))) {
    process.exitCode = 1;
  }
}

/** Fuzzes a target and prints the result. Resolves to `false` when an input broke the target. */
async function withstands(target: Target): Promise<boolean> {
  const { seconds, runs, seed, fresh } = values;
  const corpora = [readSeeds(target.name), fresh ? new Map<string, Buffer>() : readDiscovered(target.name)];
  const corpus = corpora.flatMap((inputs) => [...inputs.values()]);
  const startedAt = Date.now();
  const report = await fuzz(target, {
    corpus,
    seed: Number(seed),
    runs: Number(runs),
    until: startedAt + Number(seconds) * 1000,
    sources: SOURCES,
  });
  const duration = (Date.now() - startedAt) / 1000;
  console.log(
    `${target.name}: ${corpus.length} inputs of the corpus and ${report.runs} generated in ${duration.toFixed(1)} s ` +
      `(seed ${seed}), ${report.interesting.length} of them interesting, ${report.outcomes.length} outcomes, ` +
      `${report.covered} characters covered`,
  );
  if (!fresh) for (const input of report.interesting) saveDiscovered(target.name, input);
  const { finding } = report;
  if (finding === undefined) return true;
  console.log(finding.error);
  console.log(`${target.name}: broken by ${saveDiscovered(target.name, finding.input, "finding-")}`);
  return false;
}
