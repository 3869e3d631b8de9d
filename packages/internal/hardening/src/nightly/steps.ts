import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NightlyOptions, StepName } from "./options.ts";
import type { Step } from "./run-steps.ts";

const root = fileURLToPath(new URL("../../../../..", import.meta.url));

/** The selected steps, each with its command. */
export function nightlySteps(options: NightlyOptions): Step[] {
  return options.steps.map((name) => COMMANDS[name](options));
}

const COMMANDS: Readonly<Record<StepName, (options: NightlyOptions) => Step>> = {
  nonces: ({ seals }) => ({
    title: `nonces of ${seals.toLocaleString("en")} sealed cookies`,
    command: [
      ...installed("vitest"),
      "run",
      "--config",
      "vitest.workspace.ts",
      "--project",
      "repository (node)",
      "nonces",
    ],
    cwd: root,
    env: { NONCE_TEST_SEALS: `${seals}` },
  }),
  fuzz: ({ fuzzSeconds }) => ({
    title: `fuzzing, ${fuzzSeconds} s for each target`,
    command: [...nodeScript("fuzz.ts"), "--seconds", `${fuzzSeconds}`],
    cwd: root,
  }),
  soak: ({ soakMinutes }) => ({
    title: `soak of ${soakMinutes} minutes`,
    command: [...nodeScript("soak.ts"), "--minutes", `${soakMinutes}`],
    cwd: root,
  }),
  mutation: () => ({
    title: "mutation testing",
    command: [...installed("stryker"), "run", "packages/internal/hardening/stryker.config.json"],
    cwd: root,
  }),
};

/** A program that npm installed, run by this Node. */
function installed(program: string): [string, string] {
  return [process.execPath, join(root, "node_modules/.bin", program)];
}

function nodeScript(file: string): [string, string, string] {
  const script = fileURLToPath(new URL(`../${file}`, import.meta.url));
  return [process.execPath, "--conditions=@coatcheck/source", script];
}
