import type { TestRunner } from "@coatcheck/testing";

type Suite = (runner: TestRunner) => void;

/** Runs a suite by itself and tells which of its tests failed: a suite that finds nothing wrong is worth nothing. */
export async function failuresOf(suite: Suite, only: RegExp = /./): Promise<string[]> {
  const failures: string[] = [];
  for (const { title, body } of testsOf(suite)) {
    if (!only.test(title)) continue;
    try {
      await body();
    } catch {
      failures.push(title);
    }
  }
  return failures;
}

/** What a suite would run. */
export function titlesOf(suite: Suite): string[] {
  return testsOf(suite).map(({ title }) => title);
}

function testsOf(suite: Suite): { readonly title: string; readonly body: () => void | Promise<void> }[] {
  const tests: ReturnType<typeof testsOf> = [];
  suite({
    describe: (_name, body) => body(),
    it: (title, body) => {
      tests.push({ title, body });
    },
  });
  return tests;
}
