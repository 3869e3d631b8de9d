import { isToken, newToken, sha256 } from "@coatcheck/core/toolkit";

/** What the remember-me cookie holds: `selector.validator`. Both are secret; only hashes of them are stored. */
export interface RememberToken {
  /** Stays the same from one login to the next, and finds the record. */
  readonly selector: string;
  /** Used once, and then replaced. */
  readonly validator: string;
}

export function newRememberToken(): RememberToken {
  return { selector: newToken(), validator: newToken() };
}

/** `undefined` for what was never issued, which is seen before any store is asked. */
export function parseToken(value: string): RememberToken | undefined {
  const [selector = "", validator = "", ...rest] = value.split(".", 3);
  const isWellFormed = isToken(selector) && isToken(validator) && rest.length === 0;
  return isWellFormed ? { selector, validator } : undefined;
}

export function formatToken({ selector, validator }: RememberToken): string {
  return `${selector}.${validator}`;
}

/**
 * Where the record of a token is. The hash of a selector, so that whoever reads the store cannot even pretend to hold an
 * outdated token, and end everybody's. With the purpose and the cookie's name in it no session id, and no token of
 * another cookie, leads to the record, although they may share a store.
 */
export function toFamilyKey(cookieName: string, { selector }: RememberToken): Promise<string> {
  return sha256(`remember ${cookieName} ${selector}`);
}
