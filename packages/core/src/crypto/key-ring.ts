import { toBase64Url, toBytes } from "../lib/base64url.ts";

/** One secret, or several: the first one writes, all of them read. Each a string of at least 32 random bytes. */
export type Secrets = string | readonly string[];

/** A key derived from one of the secrets. */
export interface RingKey {
  /** What all that the key makes begins with, and nothing else does. */
  readonly prefix: string;
  readonly key: CryptoKey;
}

/** The keys for one purpose, in the order of the secrets. */
export type KeyRing = () => Promise<readonly [first: RingKey, ...older: RingKey[]]>;

/** What a key may be used for, and what it is bound to. */
export interface KeyBinding {
  readonly purpose: string;
  readonly cookieName: string;
  // Not by the names of DOM: the types of Workers have other ones.
  readonly algorithm: { readonly name: string; readonly length: number; readonly hash?: string };
  readonly usages: ("sign" | "verify" | "encrypt" | "decrypt")[];
  /** @param kid - names the key inside a token; derived like the key itself, so it says nothing about the secret */
  readonly prefix: (kid: string) => string;
}

/**
 * Keys by HKDF-SHA-256 (RFC 5869), derived on the first call and never again: key derivation in each request is what
 * makes others slow. Purpose and cookie name go into them, so a token made for another cookie, or for remember-me or
 * CSRF under the same secret, fails its signature here: there is no claim to forget to check.
 */
export function keyRing(secrets: readonly string[], binding: KeyBinding): KeyRing {
  let derived: Promise<readonly RingKey[]> | undefined;
  return () => {
    derived ??= Promise.all(secrets.map((secret) => derive(secret, binding)));
    return derived as ReturnType<KeyRing>;
  };
}

async function derive(
  secret: string,
  { purpose, cookieName, algorithm, usages, prefix }: KeyBinding,
): Promise<RingKey> {
  const material = await crypto.subtle.importKey("raw", toBytes(secret), "HKDF", false, ["deriveKey", "deriveBits"]);
  // The name goes into the salt, which unlike `info` (1024 bytes in OpenSSL) takes any length.
  const hkdf = (use: string) => ({
    name: "HKDF",
    hash: "SHA-256",
    salt: toBytes(cookieName),
    info: toBytes(`coatcheck/1 ${purpose} ${use}`),
  });
  return {
    key: await crypto.subtle.deriveKey(hkdf("key"), material, algorithm, false, usages),
    prefix: prefix(toBase64Url(await crypto.subtle.deriveBits(hkdf("kid"), material, 48))),
  };
}
