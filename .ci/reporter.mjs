// A vitest reporter for .ci/test.mjs. It counts tests by project, finds titles that a file has twice, and writes JSON to
// the file in the variable COUNTS.
import { writeFileSync } from "node:fs";

export default class CountingReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const projects = {};
    const repeatedTitles = [];
    for (const module of modules) {
      projects[module.project.name] ??= { passed: 0, failed: 0, skipped: 0 };
      const total = projects[module.project.name];
      const titles = new Set();
      for (const test of module.children.allTests()) {
        total[test.result().state] += 1;
        if (titles.has(test.fullName)) repeatedTitles.push(`${module.relativeModuleId}: ${test.fullName}`);
        titles.add(test.fullName);
      }
      // A file that does not load has no tests, but counts as a failure.
      total.failed += module.errors().length;
    }
    const counts = { projects, repeatedTitles, unhandled: unhandledErrors.length };
    writeFileSync(process.env.COUNTS, JSON.stringify(counts));
  }
}
