import { expect } from "vitest";
import { inProcess, type Run } from "./run-coatcheck.ts";

/** A password with characters that have to be escaped in a URL. */
export const PASSWORD = "Secret/of#mine";
/** The password as it is written in a URL. */
export const ESCAPED_PASSWORD: string = encodeURIComponent(PASSWORD);

/** The error of a run with `--json`. */
export interface Failure {
  /** The exit code. */
  readonly status: number | null;
  readonly code: string;
  readonly message: string;
}

/** The error of a run. Expects that the run printed no result, and no password. */
export function failureOf({ status, stdout, stderr }: Run): Failure {
  const { code, message } = JSON.parse(stderr).error;
  expect(stdout).toBe("");
  expect(stderr.includes(PASSWORD) || stderr.includes(ESCAPED_PASSWORD)).toBe(false);
  return { status, code, message };
}

/** Runs `sessions list` with a URL that does not work. */
export async function failToList(url: string, cwd: string): Promise<Failure> {
  return failureOf(await inProcess(["sessions", "list", "--subject", "eve", "--url", url, "--json"], { cwd }));
}
