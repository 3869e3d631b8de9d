import { type Document, serialize } from "bson";
import { MongoCommandError } from "./command-error.ts";

/**
 * Whether a document matches a filter. Supports equality with strings and numbers, and `$ne`. Rejects other filters.
 */
export function matches(document: Document, filter: Document): boolean {
  return Object.entries(filter).every(([field, condition]) => {
    if (field.startsWith("$") || field.includes(".")) throw badValue(`unknown top level operator: ${field}`);
    if (isScalar(condition)) return document[field] === condition;
    const [[operator, operand] = ["", undefined], ...others] = Object.entries(condition ?? {});
    if (operator !== "$ne" || others.length > 0 || !isScalar(operand)) throw badValue(`unknown operator: ${operator}`);
    return document[field] !== operand;
  });
}

/** Applies an update to a document. Supports replacements and `$max` of dates. Rejects other updates. */
export function updated(document: Document, update: Document): Document {
  const operators = Object.keys(update).filter((field) => field.startsWith("$"));
  if (operators.length === 0) return replaced(document, update);
  const unknown = Object.keys(update).find((field) => field !== "$max");
  if (unknown !== undefined) throw new MongoCommandError(9, "FailedToParse", `Unknown modifier: ${unknown}`);
  const next = { ...document };
  for (const [field, value] of Object.entries(update["$max"] as Document)) next[field] = later(next[field], value);
  return next;
}

/** Whether two documents are equal, for `nModified`. */
export function isSame(one: Document, other: Document): boolean {
  return Buffer.compare(serialize(one), serialize(other)) === 0;
}

function replaced({ _id }: Document, replacement: Document): Document {
  if ("_id" in replacement && replacement["_id"] !== _id) {
    throw new MongoCommandError(66, "ImmutableField", "the (immutable) field '_id' was found to have been altered");
  }
  return { _id, ...replacement };
}

function later(current: unknown, value: unknown): Date {
  if (!isDate(value) || (current !== undefined && !isDate(current))) throw badValue("$max supports only dates");
  return current === undefined || value > current ? value : current;
}

function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === "[object Date]";
}

function isScalar(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

function badValue(message: string): MongoCommandError {
  return new MongoCommandError(2, "BadValue", message);
}
