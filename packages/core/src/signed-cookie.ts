import { CompactSign, compactVerify } from "jose";
import { isCanonicalBase64Url } from "./base64url.ts";
import type { SessionMode } from "./keeper.ts";
import { type SealCodec, type SealedCookieOptions, sealedMode } from "./sealed-mode.ts";

/** Characters of an HS256 signature: 32 bytes in base64url. */
const SIGNATURE_LENGTH = 43;

const codec: SealCodec = {
  name: "signed",
  binding: {
    purpose: "session-signed",
    algorithm: { name: "HMAC", hash: "SHA-256", length: 256 },
    usages: ["sign", "verify"],
  },
  header,
  seal: (payload, { kid, key }) => new CompactSign(payload).setProtectedHeader(header(kid)).sign(key),
  isWellFormed: ([payload, signature, ...rest]) =>
    payload !== undefined &&
    signature?.length === SIGNATURE_LENGTH &&
    rest.length === 0 &&
    isCanonicalBase64Url(payload) &&
    isCanonicalBase64Url(signature),
  unseal: async (token, key) => (await compactVerify(token, key, { algorithms: ["HS256"] })).payload,
};

function header(kid: string): { alg: string; kid: string } {
  return { alg: "HS256", kid };
}

/**
 * Keeps the session in the cookie, signed: JWS compact, HS256 (RFC 7515). Whoever holds the cookie can read it and
 * cannot change it. Nothing is kept on the server, so a logout removes the cookie but cannot end a copy of it, and of
 * two parallel responses the last one wins.
 *
 * @throws `WEAK_SECRET` or `INVALID_OPTION`
 */
export function signedCookie(options: SealedCookieOptions): SessionMode {
  return sealedMode(codec, options);
}
