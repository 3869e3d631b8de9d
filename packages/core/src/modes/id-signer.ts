import { keyRing, type RingKey } from "../crypto/key-ring.ts";
import { isToken } from "../crypto/session-id.ts";
import type { RejectReason } from "../events.ts";
import { parseBase64Url, toBase64Url, toBytes } from "../lib/base64url.ts";

/** Makes tickets of session ids, and checks them. */
export interface IdSigner {
  /** The ticket of an id. */
  sign(id: string): Promise<string>;
  /** Whether a ticket, taken apart, is by an older secret; or why it is refused. */
  isStale(id: string, signature: string): Promise<boolean | RejectReason>;
}

/**
 * `id.kid.signature`, HMAC-SHA-256. Plain WebCrypto, so that server mode needs no JOSE.
 *
 * @param secrets - strong ones, the first one signs; none for ids that speak for themselves
 */
export function idSigner(secrets: readonly string[], cookieName: string): IdSigner {
  const ring = keyRing(secrets, {
    purpose: "session-id",
    cookieName,
    algorithm: { name: "HMAC", hash: "SHA-256", length: 256 },
    usages: ["sign", "verify"],
    prefix: (kid) => `.${kid}.`,
  });
  return {
    async sign(id) {
      const [first]: readonly RingKey[] = await ring();
      if (!first) return id;
      return `${id}${first.prefix}${toBase64Url(await crypto.subtle.sign("HMAC", first.key, toBytes(id)))}`;
    },

    async isStale(id, signature) {
      const keys: readonly RingKey[] = await ring();
      if (!keys.length && !signature) return false;
      // After two dots and a key id of 8 characters.
      const hmac = signature.slice(10);
      // It has as many bytes as an id, and like it one spelling only.
      if (!keys.length || !isToken(hmac)) return "malformed";
      const ringKey = keys.find(({ prefix }) => signature.startsWith(prefix));
      if (ringKey === undefined) return "unknown-key";
      // subtle.verify compares in constant time.
      const isValid = await crypto.subtle.verify("HMAC", ringKey.key, parseBase64Url(hmac), toBytes(id));
      return isValid ? ringKey !== keys[0] : "invalid-signature";
    },
  };
}
