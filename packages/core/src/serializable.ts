import { NotSerializableError } from "./errors.ts";

/** How deep arrays and objects may nest. Bounds the stack of everything that walks session data. */
const MAX_DEPTH = 64;

/**
 * Refuses a value that JSON cannot give back as it was. `JSON.stringify` alone would turn a `Date` into text, a `Map`
 * into `{}` and `NaN` into `null`, and the loss would show one request later, far from its cause.
 *
 * @param path - where the value stands in the session, for the message
 * @throws `NOT_SERIALIZABLE`
 */
export function assertSerializable(value: unknown, path: string): void {
  check(value, path, []);
}

function check(value: unknown, path: string, parents: readonly object[]): void {
  const problem = problemOf(value, parents);
  if (problem !== undefined) {
    throw new NotSerializableError(
      `${path} is ${problem}, which JSON cannot give back. Store strings, finite numbers, booleans, null, arrays and plain objects of them.`,
    );
  }
  if (typeof value !== "object" || value === null) return;
  const inside = [...parents, value];
  if (Array.isArray(value)) {
    // By index: a hole is undefined, and iterating methods would skip it.
    for (let index = 0; index < value.length; index++) check(value[index], `${path}[${index}]`, inside);
  } else {
    for (const [key, item] of Object.entries(value)) check(item, `${path}.${key}`, inside);
  }
}

function problemOf(value: unknown, parents: readonly object[]): string | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : String(value);
    case "object":
      if (value === null) return undefined;
      if (parents.includes(value)) return "part of itself";
      if (parents.length >= MAX_DEPTH) return `nested more than ${MAX_DEPTH} deep`;
      if (Array.isArray(value)) return undefined;
      return problemOfObject(value);
    case "undefined":
      return "undefined";
    default:
      return `a ${typeof value}`;
  }
}

function problemOfObject(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of another realm (an iframe, a vm context) has another Object.prototype, itself without one.
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!isPlain) return `a ${value.constructor?.name || "class instance"}`;
  if (Object.getOwnPropertySymbols(value).length > 0) return "an object with symbol keys";
  return typeof (value as { toJSON?: unknown }).toJSON === "function" ? "an object with toJSON" : undefined;
}
