import { toJson } from "./pretty-json.ts";

/** How many bytes a value takes as JSON. */
export function jsonSize(value: unknown): number {
  return new TextEncoder().encode(toJson(value) ?? "").length;
}

/** The keys that take the most bytes as JSON, the largest first. */
export function largestKeys(
  data: Readonly<Record<string, unknown>>,
  count: number,
): readonly (readonly [key: string, bytes: number])[] {
  return Object.entries(data)
    .map(([key, value]) => [key, jsonSize(value)] as const)
    .sort(([, a], [, b]) => b - a)
    .slice(0, count);
}
