import type { Chunking } from "../cookies/chunks.ts";
import { MAX_COOKIE_BYTES, sessionTooLarge } from "../cookies/session-size.ts";
import type { KeyRing, RingKey } from "../crypto/key-ring.ts";
import type { RejectReason } from "../events.ts";
import { toBytes } from "../lib/base64url.ts";
import { parseJson } from "../lib/json.ts";
import { decodeContent } from "../stores/session-content.ts";
import type { StoredSession } from "../stores/store.ts";
import type { BackendContext, LoadedSession, SessionBackend } from "./backend.ts";
import { isCookieSessionId, newCookieSessionId, subjectGroup } from "./cookie-session-id.ts";
import type { Revocations } from "./revocations.ts";
import type { SealCodec } from "./seal-codec.ts";
import { decodeClaims, encodeClaims } from "./sealed-claims.ts";

/** The plain text of a token that verified. */
interface OpenedToken {
  readonly text: string;
  readonly needsReissue: boolean;
}

/** Keeps sessions in sealed cookies, and their revocations in a store where there is one. */
export function sealedBackend(
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
