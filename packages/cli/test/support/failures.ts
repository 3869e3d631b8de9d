import { expect } from "vitest";
import { inProcess, type Run } from "./run-coatcheck.ts";

/** A password with characters that a URL cannot have as they are. */
export const PASSWORD = "Secret/of#mine";
/** It, as a URL has it. */
export const WRITTEN: string = encodeURIComponent(PASSWORD);

/** What a run with `--json` failed with. */
export interface Failure {
  /** The exit code. */
  readonly status: number | null;
  readonly code: string;
  readonly message: string;
}

/** What a run failed with, which was to be nothing else: no result, and no password in what it says. */
export function failureOf({ status, stdout, stderr }: Run): Failure {
  const { code, message } = JSON.parse(stderr).error;
  expect(stdout).toBe("");
  expect(stderr.includes(PASSWORD) || stderr.includes(WRITTEN)).toBe(false);
  return { status, code, message };
}

/** Asks for somebody's sessions by a URL that cannot do. */
export async function failToList(url: string, cwd: string): Promise<Failure> {
  return failureOf(await inProcess(["sessions", "list", "--subject", "eve", "--url", url, "--json"], { cwd }));
}
