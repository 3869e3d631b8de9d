import { isToken } from "@coatcheck/core/toolkit";
import { toJson } from "./pretty-json.ts";

/** A session's content in the words of the API, out of the short names under which it is stored. */
export interface ContentView {
  readonly data: unknown;
  /** The messages for the next request, by key. */
  readonly flash: readonly (readonly [key: string, message: unknown])[];
  readonly persistent: boolean;
  /** What extensions noted, without what is secret in it. */
  readonly notes: unknown;
}

/** `undefined` for what the core has not written. */
export function contentView(content: unknown): ContentView | undefined {
  const { d: data, f: flash = [], p: persistent, n: notes } = Object(content);
  if (Object(data) !== data || !Array.isArray(flash)) return undefined;
  return {
    data,
    flash: flash.map((message) => [String(Object(message)[0]), Object(message)[1]]),
    persistent: persistent === true,
    notes: withoutSecrets(notes),
  };
}

/** Content as it is stored, with the secrets of extensions taken out. */
export function shownContent(content: unknown): unknown {
  const isObject = Object(content) === content && !Array.isArray(content);
  return isObject && "n" in Object(content) ? { ...Object(content), n: withoutSecrets(Object(content)["n"]) } : content;
}

/** Data keys by what they take as JSON, the largest first. */
export function largestKeys(data: unknown, count: number): readonly (readonly [key: string, bytes: number])[] {
  return Object.entries(Object(data))
    .map(([key, value]) => [key, bytesOf(value)] as const)
    .sort((a, b) => b[1] - a[1])
    .slice(0, count);
}

/** Bytes of a value as JSON. */
export function bytesOf(value: unknown): number {
  return new TextEncoder().encode(toJson(value) ?? "").length;
}

/** Notes may hold what a form's token is made from: 32 random bytes (`@coatcheck/csrf`). */
function withoutSecrets(notes: unknown): unknown {
  const text = toJson(notes, (_, value) =>
    typeof value === "string" && isToken(value) ? "(a secret, not shown)" : value,
  );
  return text === undefined ? undefined : JSON.parse(text);
}
