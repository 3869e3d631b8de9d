import { parseArgs } from "node:util";

/** The steps that run without further options, in their order. */
export const DEFAULT_STEPS = ["nonces", "fuzz", "soak"] as const;

export type StepName = (typeof DEFAULT_STEPS)[number] | "mutation";

/** What the command line selects. */
export interface NightlyOptions {
  readonly steps: readonly StepName[];
  /** How many cookies the nonce test seals. */
  readonly seals: number;
  /** Seconds for each fuzz target. */
  readonly fuzzSeconds: number;
  readonly soakMinutes: number;
}

/** Printed after an error. */
export const NIGHTLY_OPTIONS =
  "Usage: npm run nightly -- [--only nonces,fuzz,soak,mutation] [--mutation] [--seals n] [--fuzz-seconds n] [--soak-minutes n]";

/** @throws an error whose message explains an invalid option to the user */
export function parseNightlyOptions(args: readonly string[]): NightlyOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      mutation: { type: "boolean", default: false },
      seals: { type: "string", default: "1000000" },
      "fuzz-seconds": { type: "string", default: "300" },
      "soak-minutes": { type: "string", default: "10" },
    },
  });
  const steps: readonly string[] = values.only?.split(",") ?? DEFAULT_STEPS;
  return {
    steps: [...steps.map(toStepName), ...(values.mutation ? (["mutation"] as const) : [])],
    seals: toPositive("seals", values.seals),
    fuzzSeconds: toPositive("fuzz-seconds", values["fuzz-seconds"]),
    soakMinutes: toPositive("soak-minutes", values["soak-minutes"]),
  };
}

function toStepName(text: string): StepName {
  const name = [...DEFAULT_STEPS, "mutation" as const].find((each) => each === text);
  if (name === undefined) throw new Error(`Unknown step ${text}.`);
  return name;
}

function toPositive(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`--${option} must be a number above 0, got ${text}.`);
  return value;
}
