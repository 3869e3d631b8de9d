import { SessionTooLargeError } from "../errors.ts";

/** Bytes of name and value together that a browser keeps of one cookie (RFC 6265bis §5.6). */
export const MAX_COOKIE_BYTES = 4096;

/**
 * @param data - `StoredSession.data`, for the names of its largest keys
 * @param advice - what else can be done than to keep less
 */
export function tooLarge(size: number, limit: number, data: string, advice = ""): SessionTooLargeError {
  const largest = Object.entries<unknown>(JSON.parse(data).d)
    .map(([key, value]) => [key, JSON.stringify(value).length] as const)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([key, size]) => ` ${key} (${size})`);
  return new SessionTooLargeError(
    `The session takes ${size} of ${limit} bytes, most in${largest}. Keep less${advice}.`,
  );
}
