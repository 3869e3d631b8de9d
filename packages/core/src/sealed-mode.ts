import { toBase64Url, toBytes } from "./base64url.ts";
import { type Chunking, chunkingOver } from "./chunks.ts";
import { assertOption } from "./errors.ts";
import type { Keeper, Kept, SessionMode } from "./keeper.ts";
import { type KeyBinding, type KeyRing, keyRing, type RingKey, type Secrets } from "./key-ring.ts";
import { parseSecrets } from "./secrets.ts";
import { MAX_COOKIE_BYTES, tooLarge } from "./session-size.ts";
import type { StoredSession } from "./store.ts";

/** Options of {@link signedCookie} and {@link encryptedCookie}. */
export interface SealedCookieOptions {
  /** One secret, or several: the first one seals, all of them open; what an older one sealed is sealed anew when read. */
  readonly secrets: Secrets;
  /**
   * Over how many cookies a large session may be spread, 1 to 4. Each holds 4096 bytes, and all of them travel with
   * every request; many servers take no more than 8 kB of headers.
   * @default 1
   */
  readonly chunks?: number;
}

/** How bytes become a token and back; everything else is the same for signed and encrypted cookies. */
export interface SealCodec {
  readonly name: "signed" | "encrypted";
  readonly binding: Omit<KeyBinding, "cookieName">;
  /** The protected header of every token made with the key: the same text each time, so it is compared, not parsed. */
  header(kid: string): object;
  seal(payload: Uint8Array, ringKey: RingKey): Promise<string>;
  /**
   * What every token looks like, in its one and only spelling. Decoders ignore the spare bits of a last character, so
   * without this four spellings of one token would verify, and none could be used to name or block it.
   */
  readonly form: RegExp;
  /** Throws when the token does not verify. */
  unseal(token: string, key: CryptoKey): Promise<Uint8Array>;
}

/** What a token says besides the session's content. Instants are epoch milliseconds, unlike JWT's seconds. */
interface Claims {
  readonly id: string;
  readonly v: number;
  readonly iat: number;
  readonly exp: number;
  readonly crt: number;
  readonly sub?: string;
  readonly aut?: number;
  readonly c: unknown;
}

/** A mode that keeps the whole session in the cookie, sealed by `codec`. @throws `INVALID_OPTION`, `WEAK_SECRET` */
export function sealedMode(codec: SealCodec, options: SealedCookieOptions): SessionMode {
  const { chunks = 1 } = options;
  // More would not get through: servers commonly refuse headers above 16 kB.
  assertOption([1, 2, 3, 4].includes(chunks), "chunks must be 1, 2, 3 or 4");
  const secrets = parseSecrets(options.secrets);
  return {
    name: codec.name,
    keeper: ({ cookie, now }) => {
      assertOption(cookie.name.length < MAX_COOKIE_BYTES - 200, "cookie.name is too long to leave room for a session");
      const ring = keyRing(secrets, { ...codec.binding, cookieName: cookie.name });
      return sealedKeeper(codec, ring, chunkingOver(cookie.name, chunks), now);
    },
  };
}

function sealedKeeper(codec: SealCodec, ring: KeyRing, chunking: Chunking, now: () => number): Keeper {
  const maxLength = MAX_COOKIE_BYTES * chunking.names.length;

  async function keep(id: string, session: StoredSession): Promise<Kept> {
    const { data, ...rest } = session;
    const claims = {
      id,
      v: session.version,
      iat: now(),
      exp: session.expiresAt,
      crt: session.createdAt,
      sub: session.subject,
      aut: session.authenticatedAt,
    };
    // The content is JSON already; as a JSON string inside JSON its quotes would cost a byte more each.
    const payload = `${JSON.stringify(claims).slice(0, -1)},"c":${data}}`;
    const token = await codec.seal(toBytes(payload), (await ring())[0]);
    const ticket = chunking.split(token);
    if (ticket === undefined) throw tooLarge(chunking.names.join("").length + token.length, maxLength, data);
    return { id, ticket, isStale: false, session: rest, content: undefined };
  }

  return {
    isCookieOnly: true,
    cookieNames: chunking.names,

    async load(ticket) {
      const token = chunking.join(ticket);
      // Before any work is spent on it: nothing this long was issued here.
      if (token === undefined || token.length > maxLength || !codec.form.test(token)) return "malformed";
      const keys: readonly RingKey[] = await ring();
      // The header is compared with the headers this ring writes, to the byte. Nothing in it is ever believed: no
      // algorithm, key or `crit` of a token's own choosing reaches the code that verifies.
      const ringKey = keys.find(({ kid }) => token.startsWith(`${encodeHeader(codec.header(kid))}.`));
      if (ringKey === undefined) return "unknown-key";
      const payload = await codec.unseal(token, ringKey.key).catch(() => undefined);
      if (payload === undefined) return "invalid-signature";
      const claims = parseClaims(new TextDecoder().decode(payload));
      if (claims === undefined) return "invalid-data";
      const session = {
        version: claims.v,
        createdAt: claims.crt,
        expiresAt: claims.exp,
        ...(claims.sub !== undefined && { subject: claims.sub }),
        ...(claims.aut !== undefined && { authenticatedAt: claims.aut }),
      };
      return { id: claims.id, ticket: [token], isStale: ringKey !== keys[0], session, content: claims.c };
    },
    reload: async (kept) => kept,
    create: async (session) => keep(toBase64Url(crypto.getRandomValues(new Uint8Array(16))), session),
    update: async (kept, session) => keep(kept.id, session),
    touch: async (kept, session) => keep(kept.id, session),
    delete: async () => "ok",
  };
}

/** Only a holder of the secret can seal something else, and even that must not throw. */
function parseClaims(text: string): Claims | undefined {
  try {
    return Object(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** As jose writes a protected header: JSON in insertion order, base64url. */
function encodeHeader(header: object): string {
  return toBase64Url(toBytes(JSON.stringify(header)));
}
