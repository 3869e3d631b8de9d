import { assertArgument } from "../assert-argument.ts";

/** Bytes of UTF-8: 255 characters of any script, and little enough for an index of each engine. */
export const MAX_SUBJECT_BYTES = 1020;

/**
 * Refuses what an engine would keep as something else. A lone surrogate becomes U+FFFD on its way, so that two subjects
 * would be one; SQLite's drivers end a text at NUL, and PostgreSQL takes none; MySQL cuts off what is too long unless
 * it is told not to.
 */
export function assertSubject(subject: string): void {
  const isKeepable = typeof subject === "string" && subject.isWellFormed() && !subject.includes("\0");
  assertArgument(
    isKeepable && new TextEncoder().encode(subject).length <= MAX_SUBJECT_BYTES,
    `sqlStore: a subject is well-formed text without NUL, ${MAX_SUBJECT_BYTES} bytes of UTF-8 at most`,
  );
}

/** The subject in a row, which is bytes on MySQL. */
export function toSubject(column: string | Uint8Array): string {
  return typeof column === "string" ? column : new TextDecoder("utf-8", { ignoreBOM: true }).decode(column);
}
