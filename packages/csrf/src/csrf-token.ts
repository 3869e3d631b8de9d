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

/** The note that holds the secret of a session's tokens. A login drops it, like every note, and with it all tokens. */
const NAME = "csrf";

/** Bytes of the secret, and of each mask. */
const SIZE = 32;

/** The one and only base64url of two times {@link SIZE} bytes. */
const TOKEN = /^[\w-]{85}[AQgw]$/;

/**
 * A token for a form or a script of this session: 86 characters of base64url. The session keeps a secret of 256 random
 * bits, and each token is that under another mask (a one-time pad), so that no two pages have bytes in common for a
 * compression attack to find out (BREACH). Asking for one makes a session of a visitor's first request.
 *
 * @throws `SESSION_COMMITTED` for the first token of a session, after its commit
 */
export function csrfToken(session: AnySession): string {
  const secret = secretOf(session) ?? makeSecret(session);
  const mask = crypto.getRandomValues(new Uint8Array(SIZE));
  return toBase64Url(Uint8Array.from([...mask, ...xor(mask, secret)]));
}

/**
 * Whether a token is one of this session, and was made since its last login. For tokens that arrive where
 * `csrfProtection` does not look, in JSON say.
 */
export function checkToken(session: AnySession, token: unknown): boolean {
  const secret = secretOf(session);
  if (secret === undefined || typeof token !== "string" || !TOKEN.test(token)) return false;
  const bytes = parseBase64Url(token);
  return isSame(xor(bytes.subarray(0, SIZE), bytes.subarray(SIZE)), secret);
}

/** Whether a token was made for this session since its last login. */
export function hasToken(session: AnySession): boolean {
  return secretOf(session) !== undefined;
}

function secretOf(session: AnySession): Uint8Array | undefined {
  const note = getExtensionData(session, NAME);
  return typeof note === "string" && isToken(note) ? parseBase64Url(note) : undefined;
}

function makeSecret(session: AnySession): Uint8Array {
  const secret = newToken();
  setExtensionData(session, NAME, secret);
  return parseBase64Url(secret);
}

function xor(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.map((byte, index) => byte ^ (right[index] ?? 0));
}
