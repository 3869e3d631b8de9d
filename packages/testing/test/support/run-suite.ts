import type { TestRunner } from "@coatcheck/testing";

type Suite = (runner: TestRunner) => void;

/** Runs the tests of a suite, one after another, and returns the titles of those that fail. */
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

/** Runs the tests of a suite, all at once, and returns the titles and errors of those that fail. */
export async function parallelFailuresOf(suite: Suite): Promise<string[]> {
  const tests = testsOf(suite);
  const results = await Promise.allSettled(tests.map(async ({ body }) => body()));
  return results.flatMap((result, index) =>
    result.status === "rejected" ? [`${tests[index]?.title}: ${result.reason}`] : [],
  );
}

/** The titles of the tests of a suite. */
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
