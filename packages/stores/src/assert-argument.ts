import { InvalidOptionError } from "@coatcheck/core";

/** @throws `INVALID_OPTION` with the rule that was broken, when the caller's argument breaks it */
export function assertArgument(isRight: boolean, rule: string): asserts isRight {
  if (!isRight) throw new InvalidOptionError(`${rule}.`);
}

/** What every store refuses as a key: anything but SHA-256 in base64url, so no key can name another place. */
export function assertStoreKey(key: string): void {
  // The pattern alone makes a string of what it is given, and so takes an array with one key in it for that key.
  const isKey = typeof key === "string" && /^[\w-]{43}$/.test(key);
  assertArgument(isKey, "A store key is 43 characters of base64url, the SHA-256 of a session id");
}
