// Measures coatcheck and its peers on the same workloads in one run, and judges the goals.
// `npm run bench -- [--quick] [--only part…] [--runtime name…] [--rounds n] [--write]`
import process from "node:process";
import { fileURLToPath } from "node:url";
import { quietly, reportTo } from "./console.ts";
import { parseOptions } from "./options.ts";
import { writeReadmes } from "./report/readme.ts";
import { toReport } from "./report/report.ts";
import { measureAll } from "./run/measure-all.ts";
import { measureWorkloads } from "./run/measure-workloads.ts";
import { writeResults } from "./run/other-runtimes.ts";

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.resultsFile !== undefined) {
    // This process is another runtime that the program in Node started.
    const results = await quietly(() => measureWorkloads(options, reportTo(options.runtimes.join())));
    writeResults(options.resultsFile, results);
  } else {
    const report = toReport(await measureAll(options, fileURLToPath(import.meta.url)), options);
    for (const { text } of report.sections) console.log(`\n${text}`);
    if (options.isWriting) writeReadmes(report);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
