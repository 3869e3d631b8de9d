import { CompactEncrypt, compactDecrypt } from "jose";
import { isCanonicalBase64Url } from "./base64url.ts";
import type { SessionMode } from "./keeper.ts";
import { type SealCodec, type SealedCookieOptions, sealedMode } from "./sealed-mode.ts";

/** Characters of a 96-bit nonce and of a 128-bit tag. A shorter tag could be found by trying (CVE-2025-47275). */
const NONCE_LENGTH = 16;
const TAG_LENGTH = 22;

const codec: SealCodec = {
  name: "encrypted",
  binding: {
    purpose: "session-encrypted",
    algorithm: { name: "AES-GCM", length: 256 },
    usages: ["encrypt", "decrypt"],
  },
  header,
  seal: (payload, { kid, key }) => new CompactEncrypt(payload).setProtectedHeader(header(kid)).encrypt(key),
  isWellFormed: ([encryptedKey, nonce, ciphertext, tag, ...rest]) =>
    encryptedKey === "" &&
    nonce?.length === NONCE_LENGTH &&
    ciphertext !== undefined &&
    tag?.length === TAG_LENGTH &&
    rest.length === 0 &&
    isCanonicalBase64Url(nonce) &&
    isCanonicalBase64Url(ciphertext) &&
    isCanonicalBase64Url(tag),
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
