import { parseBase64Url, toBase64Url, toBytes } from "../lib/base64url.ts";
import type { SessionMode } from "./backend.ts";
import { prefixOf, type SealCodec, type SealedCookieOptions, sealedMode } from "./sealed-mode.ts";

/** Of the authentication tag, which WebCrypto appends to the ciphertext. */
const TAG_BYTES = 16;

const codec: SealCodec = {
  name: "encrypted",
  binding: {
    purpose: "session-encrypted",
    algorithm: { name: "AES-GCM", length: 256 },
    usages: ["encrypt", "decrypt"],
    prefix: prefixOf({ alg: "dir", enc: "A256GCM" }),
  },

  async seal(prefix, payload, key) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt(algorithm(iv, prefix), key, payload);
    const end = sealed.byteLength - TAG_BYTES;
    return `${prefix}.${[iv, sealed.slice(0, end), sealed.slice(end)].map(toBase64Url).join(".")}`;
  },

  // Header, no key, a nonce of 96 bits, ciphertext, and a tag of 128: a shorter one could be found by trying
  // (CVE-2025-47275).
  form: /^[\w-]+\.\.[\w-]{16}\.(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?\.[\w-]{21}[AQgw]$/,

  async unseal(token, key) {
    const [, , iv = "", ciphertext = "", tag = ""] = token.split(".");
    const content = parseBase64Url(ciphertext);
    const sealed = new Uint8Array(content.length + TAG_BYTES);
    sealed.set(content);
    sealed.set(parseBase64Url(tag), content.length);
    // Throws when the tag does not match.
    return crypto.subtle.decrypt(algorithm(parseBase64Url(iv), token), key, sealed).catch(() => undefined);
  },
};

/** The header, all before the first dot, is authenticated with the content (RFC 7516 §5.1, step 14). */
function algorithm(iv: Uint8Array<ArrayBuffer>, token: string) {
  return { name: "AES-GCM", iv, additionalData: toBytes(token.slice(0, token.indexOf("."))) };
}

/**
 * Keeps the session in the cookie, encrypted: JWE compact, dir with A256GCM (RFC 7516), a fresh 96-bit nonce each time.
 * Whoever holds the cookie can neither read nor change it. What {@link signedCookie} says of logout and of parallel
 * responses holds here too.
 *
 * @throws `WEAK_SECRET` or `INVALID_OPTION`
 */
export function encryptedCookie(options: SealedCookieOptions): SessionMode {
  return sealedMode(codec, options);
}
