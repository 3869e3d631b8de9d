/** Options whose value may be an id. */
const OPTIONS_WITH_ID = ["--except", "--subject"];

/**
 * Moves ids and cookies that begin with `-` behind `--`. One in 64 does, and commander would read it as an option, and
 * print it as an unknown one.
 */
export function separateDashedValues(args: readonly string[]): string[] {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const options: string[] = [];
  const dashedValues: string[] = [];
  for (const [index, arg] of args.slice(0, end).entries()) {
    const isOptionValue = OPTIONS_WITH_ID.includes(args[index - 1] ?? "");
    (isDashedValue(arg) && !isOptionValue ? dashedValues : options).push(arg);
  }
  return dashedValues.length === 0 ? [...args] : [...options, "--", ...dashedValues, ...args.slice(end + 1)];
}

/** Longer than any option, and without the `=` of an option with its value. */
function isDashedValue(arg: string): boolean {
  return /^-[\w.~-]{21,}$/.test(arg);
}
