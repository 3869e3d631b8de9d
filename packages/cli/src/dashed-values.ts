/** Options whose value may be an id. */
const TAKE_IDS = ["--except", "--subject"];

/**
 * The arguments as commander is to see them. One id or cookie in 64 begins with `-`, and would be read as an option, and
 * told of as an unknown one: it goes behind `--`.
 */
export function toArguments(args: readonly string[]): string[] {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const kept: string[] = [];
  const moved: string[] = [];
  for (const [index, arg] of args.slice(0, end).entries()) {
    const isMoved = isMisread(arg) && !TAKE_IDS.includes(args[index - 1] ?? "");
    (isMoved ? moved : kept).push(arg);
  }
  return moved.length === 0 ? [...args] : [...kept, "--", ...moved, ...args.slice(end + 1)];
}

/** Longer than any option is, and without the `=` of one with its value. */
function isMisread(arg: string): boolean {
  return /^-[\w.~-]{21,}$/.test(arg);
}
