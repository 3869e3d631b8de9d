import { parseBase64Url, toBase64Url, toBytes } from "../lib/base64url.ts";
import type { SessionMode } from "./backend.ts";
import { prefixOf, type SealCodec, type SealedCookieOptions, sealedMode } from "./sealed-mode.ts";

const codec: SealCodec = {
  name: "signed",
  binding: {
    purpose: "session-signed",
    algorithm: { name: "HMAC", hash: "SHA-256", length: 256 },
    usages: ["sign", "verify"],
    prefix: prefixOf({ alg: "HS256" }),
  },

  async seal(prefix, payload, key) {
    const input = prefix + toBase64Url(payload);
    return `${input}.${toBase64Url(await crypto.subtle.sign("HMAC", key, toBytes(input)))}`;
  },

  // Header, payload, and a signature of 32 bytes. The first two are signed as they are spelled.
  form: /^[\w-]+\.[\w-]+\.[\w-]{42}[AEIMQUYcgkosw048]$/,

  async unseal(token, key) {
    const end = token.lastIndexOf(".");
    const signature = parseBase64Url(token.slice(end + 1));
    // subtle.verify compares in constant time.
    const isValid = await crypto.subtle.verify("HMAC", key, signature, toBytes(token.slice(0, end)));
    return isValid ? parseBase64Url(token.slice(token.indexOf(".") + 1, end)) : undefined;
  },
};

/**
 * Keeps the session in the cookie, signed: JWS compact, HS256 (RFC 7515). Whoever holds the cookie can read it and
 * cannot change it. Nothing is kept on the server, so a logout removes the cookie but cannot end a copy of it, unless
 * `revocations` says where to note that; and of two parallel responses the last one wins.
 *
 * @throws `WEAK_SECRET` or `INVALID_OPTION`
 */
export function signedCookie(options: SealedCookieOptions): SessionMode {
  return sealedMode(codec, options);
}
