import { assertArgument } from "../assert-argument.ts";

/** Bytes of UTF-8: 255 characters of any script, and small enough for an index of every engine. */
export const MAX_SUBJECT_BYTES = 1020;

/**
 * Rejects subjects that an engine would store as another subject. A lone surrogate becomes U+FFFD on its way, so that
 * two subjects would be the same. SQLite's drivers cut text at NUL, and PostgreSQL rejects NUL. MySQL truncates long
 * text, unless it is configured not to.
 *
 * @throws `INVALID_OPTION`
 */
export function assertSubject(subject: string): void {
  const isStorable = typeof subject === "string" && subject.isWellFormed() && !subject.includes("\0");
  assertArgument(
    isStorable && new TextEncoder().encode(subject).length <= MAX_SUBJECT_BYTES,
    `sqlStore: a subject must be well-formed text without NUL, at most ${MAX_SUBJECT_BYTES} bytes of UTF-8`,
  );
}

/** Converts the subject of a row, which is bytes on MySQL. */
export function toSubject(column: string | Uint8Array): string {
  return typeof column === "string" ? column : new TextDecoder("utf-8", { ignoreBOM: true }).decode(column);
}
