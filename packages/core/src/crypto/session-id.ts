import { toBase64Url, toBytes } from "../lib/base64url.ts";

/** The one canonical base64url spelling of 32 bytes: a session id, a store key or an HMAC-SHA-256. */
const TOKEN = /^[\w-]{42}[AEIMQUYcgkosw048]$/;

/** A new secret for a cookie: 256 random bits (OWASP ASVS 5.0, 7.2.3 asks for 128) in base64url. */
export function newToken(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
}

/** Whether a text has the form of {@link newToken}. Checked before any look-up, because a cookie is untrusted input. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * SHA-256 of a text in base64url. Stores, events and `session.id` get the hash of a session id, so that a stolen table
 * or log opens no session.
 */
export async function sha256(text: string): Promise<string> {
  return toBase64Url(await crypto.subtle.digest("SHA-256", toBytes(text)));
}
