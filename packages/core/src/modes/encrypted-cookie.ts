import { parseBase64Url, toBase64Url, toBytes } from "../lib/base64url.ts";
import type { SessionMode } from "./backend.ts";
import { joseHeader, type SealCodec } from "./seal-codec.ts";
import { type SealedCookieOptions, sealedMode } from "./sealed-mode.ts";

/**
 * Keeps the session in the cookie, encrypted: JWE compact serialization, `dir` with A256GCM (RFC 7516), a new 96-bit nonce
 * each time. Anyone who has the cookie can neither read nor change the session. What {@link signedCookie} says about
 * logout and parallel responses applies here too.
 *
 * @throws `WEAK_SECRET` or `INVALID_OPTION`
 */
export function encryptedCookie(options: SealedCookieOptions): SessionMode {
  return sealedMode(jwe, options);
}

const NONCE_BYTES = 12;

/** WebCrypto appends the authentication tag to the ciphertext. */
const TAG_BYTES = 16;

const jwe: SealCodec = {
  name: "encrypted",
  binding: {
    purpose: "session-encrypted",
    algorithm: { name: "AES-GCM", length: 256 },
    usages: ["encrypt", "decrypt"],
    prefix: joseHeader({ alg: "dir", enc: "A256GCM" }),
  },

  async seal(prefix, payload, key) {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const sealed = await crypto.subtle.encrypt(aesGcm(nonce, prefix), key, payload);
    const tagAt = sealed.byteLength - TAG_BYTES;
    const segments = [nonce, sealed.slice(0, tagAt), sealed.slice(tagAt)].map(toBase64Url);
    // The segment between header and nonce, the encrypted key, is empty: `dir` uses the shared key itself.
    return `${prefix}.${segments.join(".")}`;
  },

  // Header, no encrypted key, a nonce of 96 bits, ciphertext, and a tag of 128 bits: a shorter tag could be found by
  // trying (CVE-2025-47275).
  form: /^[\w-]+\.\.[\w-]{16}\.(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?\.[\w-]{21}[AQgw]$/,

  async unseal(token, key) {
    const [header = "", , nonce = "", ciphertext = "", tag = ""] = token.split(".");
    const content = parseBase64Url(ciphertext);
    const sealed = new Uint8Array(content.length + TAG_BYTES);
    sealed.set(content);
    sealed.set(parseBase64Url(tag), content.length);
    try {
      return await crypto.subtle.decrypt(aesGcm(parseBase64Url(nonce), header), key, sealed);
    } catch {
      // The tag does not match.
      return undefined;
    }
  },
};

/** @param token - a token, or the beginning of one: its header is authenticated with the content (RFC 7516 §5.1, step 14) */
function aesGcm(nonce: Uint8Array<ArrayBuffer>, token: string) {
  const [header = ""] = token.split(".", 1);
  return { name: "AES-GCM", iv: nonce, additionalData: toBytes(header) };
}
