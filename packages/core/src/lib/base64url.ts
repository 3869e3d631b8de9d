/** The UTF-8 bytes of a text. */
export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/**
 * base64url without padding (RFC 4648 §5).
 *
 * @param bytes - at most some ten thousand, because they become the arguments of one call
 */
export function toBase64Url(bytes: Uint8Array | ArrayBuffer): string {
  // `apply` accepts any array-like object. Spreading the bytes would walk them through their iterator, which is slow.
  const codes = new Uint8Array(bytes) as unknown as number[];
  return btoa(String.fromCharCode.apply(null, codes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The bytes of a text in canonical base64url. */
export function parseBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(binary.length);
  // Uint8Array.from would walk the string by code points, which takes ten times as long.
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
