/** Characters of JSON that are shown; a browser has no use for a megabyte of it. */
const MAX_LENGTH = 50_000;

/** Deeper than sessions nest. Indented, a few kilobytes of brackets would become a hundred megabytes. */
const MAX_DEPTH = 80;

type Replacer = (key: string, value: unknown) => unknown;

/** JSON to be read by people. Takes what nobody has verified. */
export function prettyJson(value: unknown): string {
  const text = toJson(value, undefined, 2);
  if (text === undefined) return "(nothing that can be shown as JSON)";
  const rest = text.length - MAX_LENGTH;
  return rest > 0 ? `${text.slice(0, MAX_LENGTH)}\n… and ${rest} more characters` : text;
}

/** `undefined` for what is no JSON, or nests so deep that it would take the stack, or all memory. */
export function toJson(value: unknown, replacer?: Replacer, indent?: number): string | undefined {
  return isDeeper(value, MAX_DEPTH) ? undefined : JSON.stringify(value, replacer, indent);
}

function isDeeper(value: unknown, depth: number): boolean {
  if (Object(value) !== value) return false;
  return depth === 0 || Object.values(Object(value)).some((item) => isDeeper(item, depth - 1));
}
