import { spawn } from "node:child_process";

/** A command, and how the report calls it. */
export interface Step {
  readonly title: string;
  readonly command: readonly [program: string, ...args: string[]];
  readonly cwd: string;
  /** Variables to set in addition to those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs steps one after the other, also after a failed one. Their output is passed through, and a report follows.
 *
 * @returns whether all of them passed
 */
export async function runSteps(steps: readonly Step[], print: (line: string) => void): Promise<boolean> {
  const report: string[] = [];
  let hasFailed = false;
  for (const step of steps) {
    print(`\n== ${step.title}`);
    const startedAt = Date.now();
    const failure = await runStep(step);
    const duration = `${Math.round((Date.now() - startedAt) / 1000)} s`;
    if (failure !== undefined) hasFailed = true;
    const result = failure === undefined ? `passed  ${step.title}` : `FAILED  ${step.title}, ${failure}`;
    report.push(`${result} (${duration})`);
  }
  print("\n== Report");
  for (const line of report) print(line);
  return !hasFailed;
}

/** Resolves to why the step failed; `undefined` when it passed. */
function runStep({ command: [program, ...args], cwd, env }: Step): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(code === 0 ? undefined : `exit ${code ?? signal}`));
  });
}
