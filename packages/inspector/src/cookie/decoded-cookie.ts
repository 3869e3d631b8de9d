import { isToken, parseBase64Url, parseJson, sha256 } from "@coatcheck/core/toolkit";

/** What the payload of a sealed cookie says besides the session's content. Instants are epoch milliseconds. */
export interface CookieClaims {
  /** `session.id`. */
  readonly id: string;
  readonly version: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly createdAt: number;
  readonly subject?: string;
  readonly authenticatedAt?: number;
}

/** What a cookie tells whoever holds it, without any secret; told apart by `form`. */
export type CookieAnatomy =
  /** Of `signedCookie`. Nobody can change what it says; everybody can read it. */
  | {
      readonly form: "signed";
      /** Names the key that signed it; derived like the key, so it says nothing about the secret. */
      readonly kid: string | undefined;
      /** `undefined` where the payload is none of ours. */
      readonly claims: CookieClaims | undefined;
      /** The session's content as it is stored, data under `d`. */
      readonly content: unknown;
    }
  /** Of `encryptedCookie`: without the secret, only its header can be read. */
  | { readonly form: "encrypted"; readonly kid: string | undefined; readonly ciphertextLength: number }
  /** Of `serverSide`: a random id, perhaps signed. */
  | {
      readonly form: "id";
      readonly kid: string | undefined;
      /** SHA-256 of the id, under which the store keeps the session: `session.id`. */
      readonly storeKey: string;
    }
  /** None of ours, or cut off. */
  | { readonly form: "unknown" };

/**
 * Takes a cookie's value apart. Nothing is verified: that it can be read does not mean that it would be honoured.
 *
 * @param value - of the cookie alone, without its name; chunks joined
 */
export async function readCookie(value: string): Promise<CookieAnatomy> {
  const parts = value.split(".");
  const [first = "", second = "", third = "", fourth = ""] = parts;
  // Random bytes are no JSON; but the header of somebody else's token can be as long as an id.
  const header = readPart(first);
  const isId = parts.length === 1 || (parts.length === 3 && isToken(third) && header["alg"] === undefined);
  if (isId && isToken(first)) {
    return { form: "id", kid: parts.length === 3 ? second : undefined, storeKey: await sha256(first) };
  }
  const kid = typeof header["kid"] === "string" ? header["kid"] : undefined;
  if (parts.length === 3 && header["alg"] === "HS256") {
    const payload = readPart(second);
    return { form: "signed", kid, claims: toClaims(payload), content: payload["c"] };
  }
  if (parts.length === 5 && header["enc"] === "A256GCM") {
    return { form: "encrypted", kid, ciphertextLength: fourth.length };
  }
  return { form: "unknown" };
}

/**
 * Puts together a value that was spread over several cookies.
 *
 * @param parts - the values of `name`, `name.1`, `name.2` …, `undefined` for one that is not there
 */
export function joinChunks([head = "", ...others]: readonly (string | undefined)[]): string {
  // The first one says how many there are; what is left over from a longer value does not belong to it.
  return /^[2-9]~/.test(head) ? head.slice(2) + others.slice(0, Number(head[0]) - 1).join("") : head;
}

/** The JSON object behind a part of a token; an empty one where there is none. */
export function readPart(part: string): Record<string, unknown> {
  // parseBase64Url throws on what is none, and Object() makes an object of anything else.
  if (!/^[\w-]*$/.test(part) || part.length % 4 === 1) return {};
  return Object(parseJson(new TextDecoder().decode(parseBase64Url(part))));
}

function toClaims(payload: Record<string, unknown>): CookieClaims | undefined {
  const { id, v, iat, exp, crt, sub, aut } = payload;
  if (typeof id !== "string" || ![v, iat, exp, crt].every(Number.isFinite)) return undefined;
  return {
    id,
    version: Number(v),
    issuedAt: Number(iat),
    expiresAt: Number(exp),
    createdAt: Number(crt),
    ...(typeof sub === "string" && { subject: sub }),
    ...(Number.isFinite(aut) && { authenticatedAt: Number(aut) }),
  };
}
