import { toBase64Url, toBytes } from "../lib/base64url.ts";

/**
 * Makes the encoded protected header of a key's tokens, with the dot that ends it. It is the same text for every token of
 * a key: JSON in insertion order, as JOSE libraries write it.
 */
export function joseHeader(header: Readonly<Record<string, string>>): (kid: string) => string {
  return (kid) => `${toBase64Url(toBytes(JSON.stringify({ ...header, kid })))}.`;
}
