import type { KeyBinding } from "../crypto/key-ring.ts";
import { toBase64Url, toBytes } from "../lib/base64url.ts";

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

/**
 * Makes the encoded protected header of a key's tokens, with the dot that ends it. It is the same text for every token of
 * a key: JSON in insertion order, as JOSE libraries write it.
 */
export function joseHeader(header: Readonly<Record<string, string>>): (kid: string) => string {
  return (kid) => `${toBase64Url(toBytes(JSON.stringify({ ...header, kid })))}.`;
}
