import { type Chunking, chunkingOver } from "../cookies/chunks.ts";
import { MAX_COOKIE_BYTES, tooLarge } from "../cookies/session-size.ts";
import { type KeyBinding, type KeyRing, keyRing, type RingKey, type Secrets } from "../crypto/key-ring.ts";
import { parseSecrets } from "../crypto/secrets.ts";
import { sha256 } from "../crypto/session-id.ts";
import { assertOption } from "../errors.ts";
import type { RejectReason } from "../events.ts";
import { toBase64Url, toBytes } from "../lib/base64url.ts";
import { parseJson } from "../lib/json.ts";
import { askStore } from "../stores/guarded-store.ts";
import type { SessionStore, StoredSession } from "../stores/store.ts";
import type { BackendContext, LoadedSession, SessionBackend, SessionMode } from "./backend.ts";
import { type Revocations, revocationsIn } from "./revocations.ts";

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
  /**
   * Where it is noted which sessions ended, so that a copy of their cookie is refused: after `destroy`, `regenerate` and
   * `bind`, and by the manager's `revoke` and `revokeAll`. Any store that compares and swaps, one that keeps sessions of
   * another manager too; on another one, what ends sessions of one subject can be lost when it meets its like.
   * Each request that reads its session then reads one small record. Without it, nothing can end a copy of a cookie
   * before it expires.
   * @default none
   */
  readonly revocations?: SessionStore;
  /**
   * Seconds for which this process may believe what it read of the revocations, and so how long a session may live on
   * that was ended in another process. Spares the store as many reads.
   * @default 0
   */
  readonly revocationDelay?: number;
}

/** How bytes become a token and back; everything else is the same for signed and encrypted cookies. */
export interface SealCodec {
  readonly name: "signed" | "encrypted";
  readonly binding: Omit<KeyBinding, "cookieName">;
  /** @param prefix - the key's */
  seal(prefix: string, payload: Uint8Array<ArrayBuffer>, key: CryptoKey): Promise<string>;
  /**
   * What every token looks like, in its one and only spelling. Decoders ignore the spare bits of a last character, so
   * without this four spellings of one token would verify, and none could be used to name or block it.
   */
  readonly form: RegExp;
  /** `undefined` when the token, which is of that form, does not verify. */
  unseal(token: string, key: CryptoKey): Promise<Uint8Array | ArrayBuffer | undefined>;
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
  readonly epo?: number;
  readonly c: unknown;
}

/** A mode that keeps the whole session in the cookie, sealed by `codec`. @throws `INVALID_OPTION`, `WEAK_SECRET` */
export function sealedMode(codec: SealCodec, options: SealedCookieOptions): SessionMode {
  const { chunks = 1, revocationDelay = 0 } = options;
  // More would not get through: servers commonly refuse headers above 16 kB.
  assertOption([1, 2, 3, 4].includes(chunks), "chunks must be 1 to 4");
  const secrets = parseSecrets(options.secrets);
  const ask = "revocations" in options ? askStore(options.revocations as SessionStore, "revocations", 10) : undefined;
  assertOption(revocationDelay >= 0, "revocationDelay must be seconds");
  return {
    name: codec.name,
    backend: (context) => {
      const { cookie } = context;
      const ring = keyRing(secrets, { ...codec.binding, cookieName: cookie.name });
      const revocations = ask && revocationsIn(ask, context, revocationDelay * 1000);
      return sealedBackend(codec, ring, chunkingOver(cookie.name, chunks), context, revocations);
    },
  };
}

function sealedBackend(
  codec: SealCodec,
  ring: KeyRing,
  chunking: Chunking,
  { cookie, seen, now }: BackendContext,
  revocations: Revocations | undefined,
): SessionBackend {
  const maxLength = MAX_COOKIE_BYTES * chunking.names.length;

  const toGroup = async (subject: string) => (await sha256(`${cookie.name} ${subject}`)).slice(0, 16);
  const isDenied = ({ id, epoch = 0 }: Pick<LoadedSession, "id" | "epoch">, isLate?: boolean) =>
    revocations?.isDenied(id, epoch, isLate);

  async function keep(
    { id, epoch }: Pick<LoadedSession, "id" | "epoch">,
    session: StoredSession,
  ): Promise<LoadedSession> {
    const { data, ...rest } = session;
    const claims = {
      id,
      v: session.version,
      iat: now(),
      exp: session.expiresAt,
      crt: session.createdAt,
      sub: session.subject,
      aut: session.authenticatedAt,
      epo: epoch,
    };
    // The content is JSON already; as a JSON string inside JSON its quotes would cost a byte more each.
    const text = `${JSON.stringify(claims).slice(0, -1)},"c":${data}}`;
    const payload = toBytes(text);
    const [{ prefix, key }] = await ring();
    // No work is spent on sealing what cannot fit.
    const token = payload.length > maxLength ? "" : await codec.seal(prefix, payload, key);
    const ticket = token && chunking.split(token);
    if (!ticket) {
      const size = chunking.names.join("").length + (token.length || Math.ceil((payload.length * 4) / 3));
      throw tooLarge(size, maxLength, data, ", allow more chunks, or use serverSide(store)");
    }
    seen.set(token, text);
    return { id, ticket, isStale: false, session: rest, epoch };
  }

  /** What a token holds, as text, and whether an older secret sealed it; or why it is refused. */
  async function open(
    token: string,
  ): Promise<(Pick<LoadedSession, "isStale"> & { readonly text: string }) | RejectReason> {
    if (!codec.form.test(token)) return "malformed";
    const keys: readonly RingKey[] = await ring();
    // The header is compared with the headers this ring writes, to the byte. Nothing in it is ever believed: no
    // algorithm, key or `crit` of a token's own choosing reaches the code that verifies.
    const ringKey = keys.find(({ prefix }) => token.startsWith(prefix));
    if (ringKey === undefined) return "unknown-key";
    const payload = await codec.unseal(token, ringKey.key);
    if (payload === undefined) return "invalid-signature";
    const text = new TextDecoder().decode(payload);
    const isStale = ringKey !== keys[0];
    if (!isStale) seen.set(token, text);
    return { text, isStale };
  }

  return {
    isCookieOnly: true,
    cookieNames: chunking.names,

    async load(ticket) {
      const token = chunking.join(ticket);
      // Before any work is spent on it: nothing this long was issued here.
      if (token === undefined || token.length > maxLength) return "malformed";
      const known = seen.get(token);
      const opened = known === undefined ? await open(token) : { text: known, isStale: false };
      if (typeof opened === "string") return opened;
      // Only a holder of the secret can seal something else, and even that must not throw.
      const claims: Claims = Object(parseJson(opened.text));
      const id = String(claims.id);
      // One that has expired is not worth a read.
      if (claims.exp > now() && (await isDenied({ id, epoch: claims.epo }, true))) return "revoked";
      return {
        id,
        ticket: [token],
        isStale: opened.isStale,
        session: {
          version: claims.v,
          createdAt: claims.crt,
          expiresAt: claims.exp,
          subject: claims.sub,
          authenticatedAt: claims.aut,
        } as LoadedSession["session"],
        content: claims.c,
        epoch: claims.epo,
      };
    },
    reload: async (kept) => ((await isDenied(kept)) ? undefined : kept),

    async create(session) {
      const random = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
      const id = session.subject === undefined ? random : random + (await toGroup(session.subject));
      return keep({ id, epoch: session.subject === undefined ? undefined : await revocations?.epochOf(id) }, session);
    },

    update: async (kept, session) => ((await isDenied(kept)) ? "gone" : keep(kept, session)),
    touch: async (kept, session) => ((await isDenied(kept)) ? "gone" : keep(kept, session)),
    async delete({ id, epoch = 0 }, _, successor) {
      return (await revocations?.deny(id, epoch, successor?.id)) === false ? "gone" : "ok";
    },

    revoke: revocations && (async (id) => ID.test(id) && revocations.deny(id, Infinity)),
    revokeAll:
      revocations &&
      (async (subject, except) => {
        await revocations.denyAll(await toGroup(subject), except);
        return undefined;
      }),
  };
}

/** A session id: 16 random bytes, and the group of its subject. */
const ID = /^[\w-]{22}([\w-]{16})?$/;

/** The protected header of a key's tokens, the same text each time: as JOSE libraries write it, JSON in insertion order. */
export function prefixOf(header: object): (kid: string) => string {
  return (kid) => `${toBase64Url(toBytes(JSON.stringify({ ...header, kid })))}.`;
}
