import { NotSerializableError } from "../errors.ts";

/** How deep arrays and objects may nest. Bounds the stack of everything that walks session data. */
const MAX_DEPTH = 64;

/**
 * Refuses a value that does not survive JSON. `JSON.stringify` would turn a `Date` into text, a `Map` into `{}` and `NaN`
 * into `null`, and the loss would show one request later, far from its cause.
 *
 * @param path - where the value is in the session, for the message
 * @param parents - the arrays and objects that contain it
 * @throws `NOT_SERIALIZABLE`
 */
export function assertSerializable(value: unknown, path: string, parents: readonly unknown[] = []): void {
  if (isScalar(value)) return;
  if (!isContainer(value) || parents.includes(value) || parents.length >= MAX_DEPTH) {
    throw new NotSerializableError(
      `${path} (${kindOf(value)}) cannot be stored. Store plain JSON, at most ${MAX_DEPTH} levels deep; a Date as a number.`,
    );
  }
  const isList = Array.isArray(value);
  // The holes of an array become undefined in its copy, and are refused as such.
  const items: object = isList ? [...value] : value;
  for (const [key, item] of Object.entries(items)) {
    assertSerializable(item, isList ? `${path}[${key}]` : `${path}.${key}`, [...parents, value]);
  }
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

/** Whether a value is a plain array or a plain object. */
function isContainer(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) ? isPlainArray(value) : isPlainObject(value);
}

/** Not an instance of a subclass, and without properties besides its items. */
function isPlainArray(value: readonly unknown[]): boolean {
  // Array.prototype is an array itself, in every realm; the prototype of a subclass is not.
  return Array.isArray(Object.getPrototypeOf(value)) && Object.keys(value).length <= value.length;
}

/** Not an instance of a class, and without symbols and `toJSON`. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of another realm (an iframe, a vm context) has another Object.prototype, which has no prototype.
  const isBare = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isBare && !("toJSON" in value) && Object.getOwnPropertySymbols(value).length === 0;
}

/** What a value is, for the message: `Date`, `NaN`, `function`. */
function kindOf(value: unknown): string {
  if (typeof value === "object" && value !== null) return String(value.constructor?.name);
  return typeof value === "number" ? String(value) : typeof value;
}
