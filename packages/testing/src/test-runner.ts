/**
 * The functions of a test runner that the conformance suites use. Vitest, Jest, Mocha, `node:test`, `bun:test` and
 * `@std/testing/bdd` of Deno all have them.
 */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => void | Promise<void>) => unknown;
}
