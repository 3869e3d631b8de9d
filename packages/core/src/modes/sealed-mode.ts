import { type Chunking, chunkingOver } from "../cookies/chunks.ts";
import { MAX_COOKIE_BYTES, sessionTooLarge } from "../cookies/session-size.ts";
import { type KeyBinding, type KeyRing, keyRing, type RingKey, type Secrets } from "../crypto/key-ring.ts";
import { parseSecrets } from "../crypto/secrets.ts";
import { assertOption } from "../errors.ts";
import type { RejectReason } from "../events.ts";
import { toBytes } from "../lib/base64url.ts";
import { parseJson } from "../lib/json.ts";
import { guardedStore } from "../stores/guarded-store.ts";
import { decodeContent } from "../stores/session-content.ts";
import type { SessionStore, StoredSession } from "../stores/store.ts";
import type { BackendContext, LoadedSession, SessionBackend, SessionMode } from "./backend.ts";
import { isCookieSessionId, newCookieSessionId, subjectGroup } from "./cookie-session-id.ts";
import { type Revocations, revocationsIn } from "./revocations.ts";
import { decodeClaims, encodeClaims } from "./sealed-claims.ts";

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

/** How bytes become a token and back. Everything else is the same for signed and encrypted cookies. */
export interface SealCodec {
  readonly name: "signed" | "encrypted";
  readonly binding: Omit<KeyBinding, "cookieName">;
  /** @param prefix - the prefix of the key's tokens */
  seal(prefix: string, payload: Uint8Array<ArrayBuffer>, key: CryptoKey): Promise<string>;
  /**
   * Matches every token in its canonical spelling. Decoders ignore the spare bits of a last character. Without this, four
   * spellings of one token would verify, and none could be used to identify or block it.
   */
  readonly form: RegExp;
  /** Resolves to `undefined` when a token of that form does not verify. */
  unseal(token: string, key: CryptoKey): Promise<Uint8Array | ArrayBuffer | undefined>;
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

/** The plain text of a token that verified. */
interface OpenedToken {
  readonly text: string;
  readonly needsReissue: boolean;
}

function sealedBackend(
  codec: SealCodec,
  ring: KeyRing,
  chunking: Chunking,
  { cookie, cookieCache, now }: BackendContext,
  revocations: Revocations | undefined,
): SessionBackend {
  const maxLength = MAX_COOKIE_BYTES * chunking.names.length;

  /** @param mayBeStale - whether an answer as old as `revocationDelay` will do */
  async function isRevoked({ id, epoch }: Pick<LoadedSession, "id" | "epoch">, mayBeStale = false): Promise<boolean> {
    return revocations !== undefined && (await revocations.isRevoked(id, epoch ?? 0, mayBeStale));
  }

  async function seal(
    { id, epoch }: Pick<LoadedSession, "id" | "epoch">,
    stored: StoredSession,
  ): Promise<LoadedSession> {
    const { data, ...session } = stored;
    const text = encodeClaims({ id, epoch, issuedAt: now(), session }, data);
    const payload = toBytes(text);
    const [{ prefix, key }] = await ring();
    // A payload that cannot fit is not sealed at all.
    const token = payload.length > maxLength ? undefined : await codec.seal(prefix, payload, key);
    const cookieValues = token === undefined ? undefined : chunking.split(token);
    if (token === undefined || cookieValues === undefined) {
      const tokenLength = token?.length ?? base64Length(payload.length);
      const size = chunking.names.join("").length + tokenLength;
      const content = decodeContent(parseJson(data));
      throw sessionTooLarge(size, maxLength, content?.data ?? {}, ", allow more chunks, or use serverSide(store)");
    }
    cookieCache.set(token, text);
    return { id, cookieValues, needsReissue: false, session, epoch };
  }

  async function open(token: string): Promise<OpenedToken | RejectReason> {
    if (!codec.form.test(token)) return "malformed";
    const keys: readonly RingKey[] = await ring();
    // The header is compared, byte for byte, with the headers that this ring writes. No algorithm, key or `crit` of the
    // token's own choosing reaches the code that verifies.
    const ringKey = keys.find(({ prefix }) => token.startsWith(prefix));
    if (ringKey === undefined) return "unknown-key";
    const payload = await codec.unseal(token, ringKey.key);
    if (payload === undefined) return "invalid-signature";
    const text = new TextDecoder().decode(payload);
    const needsReissue = ringKey !== keys[0];
    if (!needsReissue) cookieCache.set(token, text);
    return { text, needsReissue };
  }

  return {
    isCookieOnly: true,
    cookieNames: chunking.names,

    async load(cookieValues) {
      const token = chunking.join(cookieValues);
      // Checked first: coatcheck issues nothing this long.
      if (token === undefined || token.length > maxLength) return "malformed";
      const cached = cookieCache.get(token);
      const opened = cached === undefined ? await open(token) : { text: cached, needsReissue: false };
      if (typeof opened === "string") return opened;
      const { id, epoch, session, content } = decodeClaims(opened.text);
      // An expired session is not worth a read.
      if (session.expiresAt > now() && (await isRevoked({ id, epoch }, true))) return "revoked";
      return { id, cookieValues: [token], needsReissue: opened.needsReissue, session, content, epoch };
    },

    reload: async (loaded) => ((await isRevoked(loaded)) ? undefined : loaded),

    async create(session) {
      const { subject } = session;
      if (subject === undefined) return seal({ id: newCookieSessionId() }, session);
      const id = newCookieSessionId(await subjectGroup(cookie.name, subject));
      return seal({ id, epoch: await revocations?.epochOf(id) }, session);
    },

    update: async (loaded, session) => ((await isRevoked(loaded)) ? "gone" : seal(loaded, session)),
    touch: async (loaded, session) => ((await isRevoked(loaded)) ? "gone" : seal(loaded, session)),

    async delete({ id, epoch = 0 }, _onlyThisVersion, successor) {
      if (revocations === undefined) return "ok";
      return (await revocations.revoke(id, epoch, successor?.id)) ? "ok" : "gone";
    },

    ...(revocations && {
      revoke: async (id) => isCookieSessionId(id) && revocations.revoke(id, Number.POSITIVE_INFINITY),
      async revokeAll(subject, except) {
        await revocations.revokeGroup(await subjectGroup(cookie.name, subject), except);
        return undefined;
      },
    }),
  };
}

/** Characters that so many bytes take in base64url. */
function base64Length(bytes: number): number {
  return Math.ceil((bytes * 4) / 3);
}
