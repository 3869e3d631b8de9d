import { CompactEncrypt, compactDecrypt } from "jose";
import type { SessionMode } from "./keeper.ts";
import { type SealCodec, type SealedCookieOptions, sealedMode } from "./sealed-mode.ts";

const codec: SealCodec = {
  name: "encrypted",
  binding: {
    purpose: "session-encrypted",
    algorithm: { name: "AES-GCM", length: 256 },
    usages: ["encrypt", "decrypt"],
  },
  header,
  seal: (payload, { kid, key }) => new CompactEncrypt(payload).setProtectedHeader(header(kid)).encrypt(key),
  // Header, no key, a nonce of 96 bits, ciphertext, and a tag of 128: a shorter one could be found by trying
  // (CVE-2025-47275).
  form: /^[\w-]+\.\.[\w-]{16}\.(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?\.[\w-]{21}[AQgw]$/,
  unseal: async (token, key) =>
    (
      await compactDecrypt(token, key, {
        keyManagementAlgorithms: ["dir"],
        contentEncryptionAlgorithms: ["A256GCM"],
      })
    ).plaintext,
};

function header(kid: string): { alg: string; enc: string; kid: string } {
  return { alg: "dir", enc: "A256GCM", kid };
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
