import { parseBase64Url, toBase64Url, toBytes } from "./base64url.ts";
import type { RejectReason } from "./events.ts";
import { keyRing, type RingKey, type Secrets } from "./key-ring.ts";
import { parseSecrets } from "./secrets.ts";
import { isSessionId } from "./session-id.ts";

/** Makes tickets of session ids, and checks them. */
export interface TicketSigner {
  /** The ticket of an id. */
  sign(id: string): Promise<string>;
  /** Whether a ticket, taken apart, is by an older secret; or why it is refused. */
  isStale(id: string, signature: string): Promise<boolean | RejectReason>;
}

/** For ids that speak for themselves. */
export const unsigned: TicketSigner = {
  sign: async (id) => id,
  isStale: async (_, signature) => signature !== "" && "malformed",
};

/**
 * `id.kid.signature`, HMAC-SHA-256. Plain WebCrypto, so that server mode needs no JOSE. Checks the secrets at once; the
 * signer itself is bound to a cookie name.
 *
 * @throws `WEAK_SECRET`
 */
export function ticketSigner(secrets: Secrets | undefined): (cookieName: string) => TicketSigner {
  const list = parseSecrets(secrets);
  return (cookieName) => {
    const ring = keyRing(list, {
      purpose: "session-id",
      cookieName,
      algorithm: { name: "HMAC", hash: "SHA-256", length: 256 },
      usages: ["sign", "verify"],
      prefix: (kid) => `.${kid}.`,
    });
    return {
      async sign(id) {
        const [{ prefix, key }] = await ring();
        return `${id}${prefix}${toBase64Url(await crypto.subtle.sign("HMAC", key, toBytes(id)))}`;
      },

      async isStale(id, signature) {
        // After two dots and a key id of 8 characters.
        const hmac = signature.slice(10);
        // It has as many bytes as an id, and like it one spelling only.
        if (!isSessionId(hmac)) return "malformed";
        const keys: readonly RingKey[] = await ring();
        const ringKey = keys.find(({ prefix }) => signature.startsWith(prefix));
        if (ringKey === undefined) return "unknown-key";
        // subtle.verify compares in constant time.
        const isValid = await crypto.subtle.verify("HMAC", ringKey.key, parseBase64Url(hmac), toBytes(id));
        return isValid ? ringKey !== keys[0] : "invalid-signature";
      },
    };
  };
}
