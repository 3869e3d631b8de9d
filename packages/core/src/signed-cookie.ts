import { CompactSign, compactVerify } from "jose";
import type { SessionMode } from "./keeper.ts";
import { type SealCodec, type SealedCookieOptions, sealedMode } from "./sealed-mode.ts";

const codec: SealCodec = {
  name: "signed",
  binding: {
    purpose: "session-signed",
    algorithm: { name: "HMAC", hash: "SHA-256", length: 256 },
    usages: ["sign", "verify"],
  },
  header,
  seal: (payload, { kid, key }) => new CompactSign(payload).setProtectedHeader(header(kid)).sign(key),
  // Header, payload, and a signature of 32 bytes. The first two are signed as they are spelled.
  form: /^[\w-]+\.[\w-]+\.[\w-]{42}[AEIMQUYcgkosw048]$/,
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
