import { assertArgument } from "./assert-argument.ts";

/**
 * Accepts nothing but a SHA-256 in base64url, so that no key addresses anything else in an engine, such as a path, a
 * pattern or another program's key.
 *
 * @throws `INVALID_OPTION`
 */
export function assertStoreKey(key: string): void {
  // Without the type check, the regular expression would accept an array that holds one key.
  const isStoreKey = typeof key === "string" && /^[\w-]{43}$/.test(key);
  assertArgument(isStoreKey, "A store key must be 43 characters of base64url, the SHA-256 of a session id");
}
