import {
  type AnySession,
  getExtensionData,
  isToken,
  newToken,
  parseBase64Url,
  setExtensionData,
  toBase64Url,
} from "@coatcheck/core/toolkit";
import { isSame } from "./constant-time.ts";

/**
 * Name of the extension data with the secret of a session's tokens. A login drops it, and thus invalidates all tokens.
 */
const NAME = "csrf";

/** Bytes of the secret, and of each mask. */
const SIZE = 32;

/** The one canonical base64url spelling of twice {@link SIZE} bytes. */
const TOKEN = /^[\w-]{85}[AQgw]$/;

/**
 * A token for a form or a script of this session: 86 characters of base64url. The session stores a secret of 256 random
 * bits, and each token is that secret under another random mask (a one-time pad). Two pages therefore have no bytes in
 * common that a compression attack (BREACH) could find. The first token of a visitor creates a session.
 *
 * @throws `SESSION_COMMITTED` for the first token of a session, after its commit
 */
export function csrfToken(session: AnySession): string {
  const secret = secretOf(session) ?? makeSecret(session);
  const mask = crypto.getRandomValues(new Uint8Array(SIZE));
  return toBase64Url(Uint8Array.from([...mask, ...xor(mask, secret)]));
}

/**
 * Whether a token belongs to this session and was made after its last login. For tokens that `csrfProtection` does not
 * find by itself, for example in JSON.
 */
export function checkToken(session: AnySession, token: unknown): boolean {
  const secret = secretOf(session);
  if (secret === undefined || typeof token !== "string" || !TOKEN.test(token)) return false;
  const bytes = parseBase64Url(token);
  return isSame(xor(bytes.subarray(0, SIZE), bytes.subarray(SIZE)), secret);
}

/** Whether any token was made for this session after its last login. */
export function hasToken(session: AnySession): boolean {
  return secretOf(session) !== undefined;
}

function secretOf(session: AnySession): Uint8Array | undefined {
  const stored = getExtensionData(session, NAME);
  return typeof stored === "string" && isToken(stored) ? parseBase64Url(stored) : undefined;
}

function makeSecret(session: AnySession): Uint8Array {
  const secret = newToken();
  setExtensionData(session, NAME, secret);
  return parseBase64Url(secret);
}

function xor(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.map((byte, index) => byte ^ (right[index] ?? 0));
}
