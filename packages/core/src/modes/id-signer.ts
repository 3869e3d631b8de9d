import { type KeyRing, keyRing, type RingKey } from "../crypto/key-ring.ts";
import { isToken } from "../crypto/session-id.ts";
import type { RejectReason } from "../events.ts";
import { parseBase64Url, toBase64Url, toBytes } from "../lib/base64url.ts";

/** Makes cookie values from session ids, and verifies them. */
export interface IdSigner {
  /** The cookie value for an id. */
  sign(sessionId: string): Promise<string>;
  verify(cookieValue: string): Promise<VerifiedId | RejectReason>;
}

/** A session id that was found in a genuine cookie value. */
export interface VerifiedId {
  readonly sessionId: string;
  /** The cookie value was signed with an older secret. */
  readonly needsReissue: boolean;
}

/** Ids are 256-bit secrets and need no signature: the cookie value is the id. */
const unsigned: IdSigner = {
  sign: async (sessionId) => sessionId,
  verify: async (cookieValue) => (isToken(cookieValue) ? { sessionId: cookieValue, needsReissue: false } : "malformed"),
};

/** `id.kid.signature`. An HMAC-SHA-256 has as many bytes as an id, and is checked for its canonical form in the same way. */
const SIGNED_ID = /^([\w-]{43})(\.[\w-]{8}\.)([\w-]{43})$/;

/**
 * Signs ids by HMAC-SHA-256, with WebCrypto alone, so that server mode needs no JOSE.
 *
 * @param secrets - strong secrets, the first of which signs. Without secrets ids are not signed
 */
export function idSigner(secrets: readonly string[], cookieName: string): IdSigner {
  if (secrets.length === 0) return unsigned;
  const ring: KeyRing = keyRing(secrets, {
    purpose: "session-id",
    cookieName,
    algorithm: { name: "HMAC", hash: "SHA-256", length: 256 },
    usages: ["sign", "verify"],
    prefix: (kid) => `.${kid}.`,
  });
  return {
    async sign(sessionId) {
      const [{ prefix, key }] = await ring();
      return `${sessionId}${prefix}${toBase64Url(await crypto.subtle.sign("HMAC", key, toBytes(sessionId)))}`;
    },

    async verify(cookieValue) {
      const [, sessionId = "", prefix = "", signature = ""] = SIGNED_ID.exec(cookieValue) ?? [];
      if (!isToken(sessionId) || !isToken(signature)) return "malformed";
      const keys: readonly RingKey[] = await ring();
      const ringKey = keys.find((each) => each.prefix === prefix);
      if (ringKey === undefined) return "unknown-key";
      // subtle.verify compares in constant time.
      const isGenuine = await crypto.subtle.verify("HMAC", ringKey.key, parseBase64Url(signature), toBytes(sessionId));
      return isGenuine ? { sessionId, needsReissue: ringKey !== keys[0] } : "invalid-signature";
    },
  };
}
