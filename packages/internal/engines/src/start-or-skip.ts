import { MissingEngineError } from "./engine.ts";

/**
 * Starts an engine for tests; `undefined` when it is not installed, for `describe.skipIf`, after a line that says what is
 * skipped and how to get it. `npm test` repeats these lines at its end. In CI a missing engine is a failure.
 *
 * @param what - the tests that need it, for the line
 */
export async function startOrSkip<Running>(what: string, start: () => Promise<Running>): Promise<Running | undefined> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof MissingEngineError) || process.env["CI"]) throw error;
    process.stdout.write(`skipped: ${what}: ${error.message}\n`);
    return undefined;
  }
}
