import { isCanonicalBase64Url, parseBase64Url, toBase64Url } from "./base64url.ts";
import type { RejectReason } from "./events.ts";
import { keyRing, parseSecrets, type Secrets } from "./key-ring.ts";
import { ID_LENGTH } from "./session-id.ts";

/** Signs session ids: `id.kid.signature`, HMAC-SHA-256. Plain WebCrypto, so that server mode needs no JOSE. */
export interface TicketSigner {
  /** How many characters a signature adds. */
  readonly overhead: number;
  sign(id: string): Promise<string>;
  verify(ticket: string): Promise<{ readonly id: string; readonly isStale: boolean } | RejectReason>;
}

const KID_LENGTH = 8;
const SIGNATURE_LENGTH = 43;
const OVERHEAD = 1 + KID_LENGTH + 1 + SIGNATURE_LENGTH;

/** Checks the secrets at once; the signer itself is bound to a cookie name. @throws `WEAK_SECRET` */
export function ticketSigner(secrets: Secrets): (cookieName: string) => TicketSigner {
  const list = parseSecrets(secrets);
  return (cookieName) => {
    const ring = keyRing(list, {
      purpose: "session-id",
      cookieName,
      algorithm: { name: "HMAC", hash: "SHA-256", length: 256 },
      usages: ["sign", "verify"],
    });
    return {
      overhead: OVERHEAD,

      async sign(id) {
        const [{ kid, key }] = await ring.keys();
        const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(id));
        return `${id}.${kid}.${toBase64Url(new Uint8Array(signature))}`;
      },

      async verify(ticket) {
        if (ticket.length !== ID_LENGTH + OVERHEAD) return "malformed";
        const [id = "", kid = "", signature = "", ...rest] = ticket.split(".");
        if (rest.length > 0 || signature.length !== SIGNATURE_LENGTH || !isCanonicalBase64Url(signature)) {
          return "malformed";
        }
        const keys = await ring.keys();
        const ringKey = keys.find((candidate) => candidate.kid === kid);
        if (ringKey === undefined) return "unknown-key";
        // subtle.verify compares in constant time.
        const isValid = await crypto.subtle.verify(
          "HMAC",
          ringKey.key,
          parseBase64Url(signature),
          new TextEncoder().encode(id),
        );
        return isValid ? { id, isStale: ringKey !== keys[0] } : "invalid-signature";
      },
    };
  };
}
