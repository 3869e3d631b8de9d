// Runs the checks that take too long for `npm test`, one after the other: `npm run nightly -- --mutation`. See README.md.
import { NIGHTLY_OPTIONS, parseNightlyOptions } from "./nightly/options.ts";
import { runSteps } from "./nightly/run-steps.ts";
import { nightlySteps } from "./nightly/steps.ts";

try {
  const steps = nightlySteps(parseNightlyOptions(process.argv.slice(2)));
  process.exitCode = (await runSteps(steps, console.log)) ? 0 : 1;
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n${NIGHTLY_OPTIONS}`);
  process.exitCode = 1;
}
