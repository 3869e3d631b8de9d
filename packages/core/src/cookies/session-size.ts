import { SessionTooLargeError } from "../errors.ts";

/** The largest cookie that browsers store: bytes of name and value together (RFC 6265bis §5.6). */
export const MAX_COOKIE_BYTES = 4096;

/** How many keys the message lists, largest first. */
const LISTED_KEYS = 3;

/**
 * The error for a session that is too large. Its message names the largest keys.
 *
 * @param data - the session's data
 * @param remedy - what can be done besides storing less, for the message
 */
export function sessionTooLarge(
  size: number,
  limit: number,
  data: Readonly<Record<string, unknown>>,
  remedy = "",
): SessionTooLargeError {
  const largest = Object.entries(data)
    .map(([key, value]) => ({ key, length: JSON.stringify(value).length }))
    .sort((a, b) => b.length - a.length)
    .slice(0, LISTED_KEYS)
    .map(({ key, length }) => ` ${key} (${length})`);
  return new SessionTooLargeError(
    `The session takes ${size} of ${limit} bytes, most of them in${largest}. Store less${remedy}.`,
  );
}
