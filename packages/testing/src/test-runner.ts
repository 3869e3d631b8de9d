/**
 * What a conformance suite needs of a test runner. Vitest, Jest, Mocha, `node:test`, `bun:test` and `Deno.test` with
 * `@std/testing/bdd` all have it.
 */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => void | Promise<void>) => unknown;
}
