import { NotSerializableError } from "../errors.ts";

/** How deep arrays and objects may nest. Bounds the stack of everything that walks session data. */
const MAX_DEPTH = 64;

/**
 * Refuses a value that JSON cannot give back as it was. `JSON.stringify` alone would turn a `Date` into text, a `Map`
 * into `{}` and `NaN` into `null`, and the loss would show one request later, far from its cause.
 *
 * @param path - where the value stands in the session, for the message
 * @param parents - what it stands in
 * @throws `NOT_SERIALIZABLE`
 */
export function assertSerializable(value: unknown, path: string, parents: readonly unknown[] = []): void {
  if (value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) return;
  const isList = Array.isArray(value);
  const isObject = typeof value === "object";
  if (!isObject || !isPlain(value as object, isList) || parents.includes(value) || parents.length >= MAX_DEPTH) {
    const kind = isObject ? (value as object).constructor?.name : typeof value === "number" ? value : typeof value;
    throw new NotSerializableError(
      `${path} (${kind}) cannot be kept. Keep plain JSON, a Date as a number; ${MAX_DEPTH} deep at most.`,
    );
  }
  // Copied, the holes of an array are undefined, and refused like any other.
  for (const [key, item] of Object.entries(isList ? [...value] : Object(value))) {
    assertSerializable(item, isList ? `${path}[${key}]` : `${path}.${key}`, [...parents, value]);
  }
}

function isPlain(value: object, isList: boolean): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // Array.prototype is an array itself, in every realm; that of a class that extends Array is not.
  if (isList) return Array.isArray(prototype) && Object.keys(value).length <= (value as unknown[]).length;
  // A plain object of another realm (an iframe, a vm context) has another Object.prototype, itself without one.
  const isBare = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isBare && !("toJSON" in value) && Object.getOwnPropertySymbols(value).length === 0;
}
