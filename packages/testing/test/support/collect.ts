import type { TestRunner } from "@coatcheck/testing";

/** Runs a suite by itself and tells which of its tests failed: a suite that finds nothing wrong is worth nothing. */
export async function failuresOf(suite: (runner: TestRunner) => void): Promise<string[]> {
  const tests: { readonly title: string; readonly body: () => void | Promise<void> }[] = [];
  suite({
    describe: (_name, body) => body(),
    it: (title, body) => {
      tests.push({ title, body });
    },
  });
  const failures: string[] = [];
  for (const { title, body } of tests) {
    try {
      await body();
    } catch {
      failures.push(title);
    }
  }
  return failures;
}
