import { MissingEngineError } from "./engine.ts";

/**
 * Starts an engine for tests. When it is not installed, prints which tests are skipped and how to install it, and
 * resolves to `undefined`, for `describe.skipIf`. `npm test` repeats these lines at its end. In CI a missing engine is
 * a failure.
 *
 * @param what - the tests that need the engine
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
