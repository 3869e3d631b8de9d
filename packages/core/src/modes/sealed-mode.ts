import { chunkingOver } from "../cookies/chunks.ts";
import { keyRing, type Secrets } from "../crypto/key-ring.ts";
import { parseSecrets } from "../crypto/secrets.ts";
import { assertOption } from "../errors.ts";
import { guardedStore } from "../stores/guarded-store.ts";
import type { SessionStore } from "../stores/store.ts";
import type { SessionMode } from "./backend.ts";
import { revocationsIn } from "./revocations.ts";
import type { SealCodec } from "./seal-codec.ts";
import { sealedBackend } from "./sealed-backend.ts";

/** Options of {@link signedCookie} and {@link encryptedCookie}. */
export interface SealedCookieOptions {
  /** One secret or several. The first one seals, all of them open. A cookie of an older secret is re-issued when it is read. */
  readonly secrets: Secrets;
  /**
   * How many cookies a large session may be spread over, 1 to 4. Each holds 4096 bytes, and the browser sends all of them
   * with every request. Many servers accept no more than 8 kB of headers.
   * @default 1
   */
  readonly chunks?: number;
  /**
   * A store that records which sessions have ended, so that copies of their cookies are rejected: after `destroy`,
   * `regenerate` and `bind`, and by `revoke` and `revokeAll` of the manager. Any atomic store, also one that holds the
   * sessions of another manager. A store that is not atomic can lose one of two revocations of a subject that meet.
   *
   * Each request that reads its session then reads one small record. Without `revocations`, nothing ends a copy of a
   * cookie before it expires.
   * @default none
   */
  readonly revocations?: SessionStore;
  /**
   * Seconds for which this process may reuse what it read from `revocations`. It saves reads, and it is how long a session
   * can outlive its end in another process.
   * @default 0
   */
  readonly revocationDelay?: number;
}

/** A mode that keeps the whole session in the cookie, sealed by `codec`. @throws `INVALID_OPTION`, `WEAK_SECRET` */
export function sealedMode(codec: SealCodec, options: SealedCookieOptions): SessionMode {
  const { chunks = 1, revocationDelay = 0 } = options;
  // More would not arrive: servers commonly refuse headers above 16 kB.
  assertOption([1, 2, 3, 4].includes(chunks), "chunks must be 1, 2, 3 or 4");
  const secrets = parseSecrets(options.secrets);
  const store =
    "revocations" in options ? guardedStore(options.revocations as SessionStore, { option: "revocations" }) : undefined;
  assertOption(revocationDelay >= 0, "revocationDelay must be a number of seconds, 0 or more");
  return {
    name: codec.name,
    backend: (context) => {
      const { cookie } = context;
      const ring = keyRing(secrets, { ...codec.binding, cookieName: cookie.name });
      const revocations = store && revocationsIn(store, { ...context, delay: revocationDelay * 1000 });
      return sealedBackend(codec, ring, chunkingOver(cookie.name, chunks), context, revocations);
    },
  };
}
