import { toBase64Url, toBytes } from "../lib/base64url.ts";

/** One secret or several, each a string of at least 32 random bytes. The first one signs or encrypts, all are accepted. */
export type Secrets = string | readonly string[];

/** A key derived from one of the secrets. */
export interface RingKey {
  /** Prefix of every token made with this key, and of no other token. */
  readonly prefix: string;
  readonly key: CryptoKey;
}

/** The keys for one purpose, in the order of the secrets. */
export type KeyRing = () => Promise<readonly [first: RingKey, ...older: RingKey[]]>;

/** What a key may be used for, and what it is bound to. */
export interface KeyBinding {
  /** For example `session-signed`. */
  readonly purpose: string;
  readonly cookieName: string;
  // Structural types: the DOM's names for them mean something else in the types of Cloudflare Workers.
  readonly algorithm: { readonly name: string; readonly length: number; readonly hash?: string };
  readonly usages: ("sign" | "verify" | "encrypt" | "decrypt")[];
  /** Makes {@link RingKey.prefix}. @param kid - the key id. It is derived from the secret and reveals nothing about it */
  readonly prefix: (kid: string) => string;
}

/**
 * Derives keys by HKDF-SHA-256 (RFC 5869), once, at the first call. Deriving a key in each request is what makes other
 * libraries slow.
 *
 * Purpose and cookie name are inputs of the derivation. A token that was made for another cookie, or for remember-me or
 * CSRF with the same secret, therefore fails its signature check. There is no claim that a caller could forget to check.
 */
export function keyRing(secrets: readonly string[], binding: KeyBinding): KeyRing {
  let derived: Promise<readonly RingKey[]> | undefined;
  return () => {
    derived ??= Promise.all(secrets.map((secret) => deriveKey(secret, binding)));
    return derived as ReturnType<KeyRing>;
  };
}

/** Bits of a key id, which become eight characters. */
const KID_BITS = 48;

async function deriveKey(secret: string, binding: KeyBinding): Promise<RingKey> {
  const { purpose, cookieName, algorithm, usages, prefix } = binding;
  const material = await crypto.subtle.importKey("raw", toBytes(secret), "HKDF", false, ["deriveKey", "deriveBits"]);
  const hkdf = (use: "key" | "kid") => ({
    name: "HKDF",
    hash: "SHA-256",
    // The name is the salt because a salt can have any length; OpenSSL limits `info` to 1024 bytes.
    salt: toBytes(cookieName),
    info: toBytes(`coatcheck/1 ${purpose} ${use}`),
  });
  return {
    key: await crypto.subtle.deriveKey(hkdf("key"), material, algorithm, false, usages),
    prefix: prefix(toBase64Url(await crypto.subtle.deriveBits(hkdf("kid"), material, KID_BITS))),
  };
}
