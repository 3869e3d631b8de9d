import { toBase64Url, toBytes } from "../lib/base64url.ts";

/** Characters of a session id, and of a store key: 32 bytes in base64url. */
export const ID_LENGTH = 43;

/** A fresh secret for a cookie: 256 random bits (ASVS 5.0 7.2.3 asks for 128). */
export function newToken(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
}

/**
 * Whether a text can be an id or a store key: the one and only base64url of 32 bytes. Asked before any look-up: what a
 * client sends is input, not a key.
 */
export function isToken(text: string): boolean {
  return /^[\w-]{42}[AEIMQUYcgkosw048]$/.test(text);
}

/** SHA-256 of an id. The store, events and `session.id` get this, so a stolen table or log opens no session. */
export async function sha256(sessionId: string): Promise<string> {
  return toBase64Url(await crypto.subtle.digest("SHA-256", toBytes(sessionId)));
}
