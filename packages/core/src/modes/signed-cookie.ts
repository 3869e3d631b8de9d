import { parseBase64Url, toBase64Url, toBytes } from "../lib/base64url.ts";
import type { SessionMode } from "./backend.ts";
import { joseHeader, type SealCodec } from "./seal-codec.ts";
import { type SealedCookieOptions, sealedMode } from "./sealed-mode.ts";

/**
 * Keeps the session in the cookie, signed: JWS compact serialization, HS256 (RFC 7515). Anyone who has the cookie can read
 * the session and cannot change it. The server stores nothing. A logout therefore removes the cookie but cannot end a
 * copy of it, unless `revocations` is set; and of two parallel responses the later one wins.
 *
 * @throws `WEAK_SECRET` or `INVALID_OPTION`
 */
export function signedCookie(options: SealedCookieOptions): SessionMode {
  return sealedMode(jws, options);
}

const jws: SealCodec = {
  name: "signed",
  binding: {
    purpose: "session-signed",
    algorithm: { name: "HMAC", hash: "SHA-256", length: 256 },
    usages: ["sign", "verify"],
    prefix: joseHeader({ alg: "HS256" }),
  },

  async seal(prefix, payload, key) {
    const input = prefix + toBase64Url(payload);
    return `${input}.${toBase64Url(await crypto.subtle.sign("HMAC", key, toBytes(input)))}`;
  },

  // Header, payload, and a signature of 32 bytes. Header and payload are signed in their spelling.
  form: /^[\w-]+\.[\w-]+\.[\w-]{42}[AEIMQUYcgkosw048]$/,

  async unseal(token, key) {
    const signatureAt = token.lastIndexOf(".");
    const input = token.slice(0, signatureAt);
    const signature = parseBase64Url(token.slice(signatureAt + 1));
    // subtle.verify compares in constant time.
    const isGenuine = await crypto.subtle.verify("HMAC", key, signature, toBytes(input));
    return isGenuine ? parseBase64Url(input.slice(input.indexOf(".") + 1)) : undefined;
  },
};
