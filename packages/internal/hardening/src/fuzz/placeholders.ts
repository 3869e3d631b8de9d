/** The values of each owner's session cookies, by the owner's name. A session in several cookies has several values. */
export type CookieValues = Readonly<Record<string, readonly string[]>>;

const PLACEHOLDER = /\{([a-z]+)(\d?)(?:\.(\d))?(?::(\d{1,5})-(\d{1,5}))?(\^?)\}/g;

/**
 * Replaces placeholders in an input with cookie values, which differ from run to run:
 * - `{ann}` is the value of Ann's cookie, `{ann1}` the value of her second cookie
 * - `{ann.2}` is the part of the value after its second dot
 * - `{ann:3-9}` are some of its characters
 * - `{ann^}` is the value with another last bit; it combines with the others
 */
export function fillPlaceholders(template: string, values: CookieValues): string {
  return template.replace(PLACEHOLDER, (placeholder, owner, index, dot, from, to, flip) => {
    const value = Object.hasOwn(values, owner) ? values[owner]?.[Number(index)] : undefined;
    if (value === undefined) return placeholder;
    const part = dot === undefined ? value : (value.split(".")[Number(dot)] ?? "");
    const piece = from === undefined ? part : part.slice(Number(from), Number(to));
    return flip === "" ? piece : flipLastBit(piece);
  });
}

/** Flips the last bit of base64url. That may be a spare bit: a lenient decoder then reads the same bytes. */
function flipLastBit(text: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.slice(0, -1) + (alphabet[alphabet.indexOf(text.slice(-1)) ^ 1] ?? "");
}
