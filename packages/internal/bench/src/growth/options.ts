import { parseArgs } from "node:util";
import { toCount } from "../measurement/count-option.ts";
import { ENGINES } from "./engines.ts";

/** The options of the command. */
export interface GrowthOptions {
  readonly engines: readonly string[];
  /** Live sessions in the smaller set. */
  readonly few: number;
  /** Live sessions in the larger set. */
  readonly many: number;
  /** How often each operation is measured on each set. */
  readonly rounds: number;
}

/** @throws an error whose message explains an invalid option to the user */
export function parseOptions(args: readonly string[]): GrowthOptions {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      few: { type: "string", default: "1000" },
      many: { type: "string", default: "1000000" },
      rounds: { type: "string", default: "9" },
    },
  });
  const names = Object.keys(ENGINES);
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`Unknown engine ${unknown}. Engines: ${names.join(", ")}.`);
  const options = {
    engines: positionals.length > 0 ? positionals : names,
    few: toCount("few", values.few),
    many: toCount("many", values.many),
    rounds: toCount("rounds", values.rounds),
  };
  if (options.few >= options.many) throw new Error("--few must be smaller than --many.");
  return options;
}
