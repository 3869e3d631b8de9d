import {
  decodeContent,
  isRecord,
  isToken,
  parseBase64Url,
  parseJson,
  type SessionContent,
  sha256,
} from "@coatcheck/core/toolkit";

/** What the payload of a signed cookie says besides the session's content. Instants are epoch milliseconds. */
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

/** What anyone can read from a cookie without a secret, by the `form` of the cookie. */
export type DecodedCookie =
  /** Issued by `signedCookie`: anyone can read it, no one can change it. */
  | {
      readonly form: "signed";
      /** Identifies the key that signed it. It reveals nothing about the secret, because both are derived from it. */
      readonly kid: string | undefined;
      /** `undefined` if coatcheck did not write the payload. */
      readonly claims: CookieClaims | undefined;
      /** `undefined` if coatcheck did not write the content. */
      readonly content: SessionContent | undefined;
    }
  /** Issued by `encryptedCookie`: without the secret, only its header can be read. */
  | { readonly form: "encrypted"; readonly kid: string | undefined; readonly ciphertextLength: number }
  /** Issued by `serverSide`: a random id, with or without a signature. */
  | {
      readonly form: "id";
      readonly kid: string | undefined;
      /** The SHA-256 of the id, which is the session's key in the store and its `session.id`. */
      readonly storeKey: string;
    }
  /** Not issued by coatcheck, or cut off. */
  | { readonly form: "unknown" };

/**
 * Decodes the value of a cookie. Nothing is verified: a cookie that can be decoded may still be rejected.
 *
 * @param value - the cookie's value without its name, joined from its chunks
 */
export async function decodeCookie(value: string): Promise<DecodedCookie> {
  const parts = value.split(".");
  const [first = "", second = "", third = "", fourth = ""] = parts;
  const header = decodePart(first);
  // The header of a foreign token can be as long as an id. But an id is random bytes, which are not JSON.
  const isId = parts.length === 1 || (parts.length === 3 && isToken(third) && header["alg"] === undefined);
  if (isId && isToken(first)) {
    return { form: "id", kid: parts.length === 3 ? second : undefined, storeKey: await sha256(first) };
  }
  const kid = typeof header["kid"] === "string" ? header["kid"] : undefined;
  if (parts.length === 3 && header["alg"] === "HS256") {
    const payload = decodePart(second);
    return { form: "signed", kid, claims: toClaims(payload), content: decodeContent(payload["c"]) };
  }
  if (parts.length === 5 && header["enc"] === "A256GCM") {
    return { form: "encrypted", kid, ciphertextLength: fourth.length };
  }
  return { form: "unknown" };
}

/** The JSON object in one part of a token, or an empty object if the part holds none. */
export function decodePart(part: string): Readonly<Record<string, unknown>> {
  if (!isBase64Url(part)) return {};
  const json = parseJson(new TextDecoder().decode(parseBase64Url(part)));
  return isRecord(json) ? json : {};
}

/** `parseBase64Url` throws on any other text. */
function isBase64Url(text: string): boolean {
  return /^[\w-]*$/.test(text) && text.length % 4 !== 1;
}

function toClaims(payload: Readonly<Record<string, unknown>>): CookieClaims | undefined {
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
