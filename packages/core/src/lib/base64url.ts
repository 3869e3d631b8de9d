/** UTF-8. */
export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** RFC 4648 §5 without padding. Of no more than some ten thousand bytes: they are arguments of one call. */
export function toBase64Url(bytes: Uint8Array | ArrayBuffer): string {
  // Spread, the bytes would be walked by their iterator.
  const codes = new Uint8Array(bytes) as unknown as number[];
  return btoa(String.fromCharCode.apply(null, codes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The bytes of a string in canonical base64url. */
export function parseBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  // A loop: Uint8Array.from walks a string by code points, ten times as slow.
  const bytes = new Uint8Array(binary.length);
  for (let index = binary.length; index--; ) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
