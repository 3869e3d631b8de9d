import { isToken, newToken, sha256 } from "@coatcheck/core/toolkit";

/** The value of the remember-me cookie: `selector.validator`. Both are secret, and only hashes of them are stored. */
export interface RememberToken {
  /** Finds the record. Stays the same as long as the browser is remembered. */
  readonly selector: string;
  /** Used once, and then replaced. */
  readonly validator: string;
}

export function newRememberToken(): RememberToken {
  return { selector: newToken(), validator: newToken() };
}

/** `undefined` when the value does not have the form of a token. Checked before the store is read. */
export function parseToken(value: string): RememberToken | undefined {
  const [selector = "", validator = "", ...rest] = value.split(".", 3);
  const isWellFormed = isToken(selector) && isToken(validator) && rest.length === 0;
  return isWellFormed ? { selector, validator } : undefined;
}

export function formatToken({ selector, validator }: RememberToken): string {
  return `${selector}.${validator}`;
}

/**
 * The store key of a token's record. It is a hash of the selector, because a reader of the store who knew selectors
 * could send outdated tokens and so end everyone's family. The hash includes a purpose and the cookie's name, so that
 * no session id and no token of another cookie leads to the record, even when they share a store.
 */
export function toFamilyKey(cookieName: string, { selector }: RememberToken): Promise<string> {
  return sha256(`remember ${cookieName} ${selector}`);
}
