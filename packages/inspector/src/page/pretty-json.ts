/** How many characters of JSON are shown. A megabyte of it would be of no use in a browser. */
const MAX_LENGTH = 50_000;

/** Deeper than sessions nest. Indenting a few kilobytes of nested brackets would take a hundred megabytes. */
const MAX_DEPTH = 80;

type Replacer = (key: string, value: unknown) => unknown;

/** Indented JSON. The value may come from a cookie that was not verified. */
export function prettyJson(value: unknown): string {
  const text = toJson(value, undefined, 2);
  if (text === undefined) return "(cannot be shown as JSON)";
  const hidden = text.length - MAX_LENGTH;
  return hidden > 0 ? `${text.slice(0, MAX_LENGTH)}\n… and ${hidden} more characters` : text;
}

/** `undefined` if the value is not JSON, or nests so deeply that it could exhaust the stack or the memory. */
export function toJson(value: unknown, replacer?: Replacer, indent?: number): string | undefined {
  return isDeeperThan(MAX_DEPTH, value) ? undefined : JSON.stringify(value, replacer, indent);
}

function isDeeperThan(depth: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((item) => isDeeperThan(depth - 1, item));
}
