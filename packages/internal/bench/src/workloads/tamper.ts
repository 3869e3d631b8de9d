/** Characters that occur in every cookie encoding and are never escaped. */
const PLAIN = /[A-Za-z0-9]/;

/**
 * Changes one character of the last value in a Cookie header. It is near the end, in the signature, the tag or the data
 * they protect, so that a library has to read all of the cookie before it rejects it. The last characters are left
 * alone because they may be padding, and so are escape sequences.
 */
export function tamper(cookie: string): string {
  for (let index = cookie.length - 10; index > 0; index--) {
    const character = cookie.charAt(index);
    const isEscape = cookie.slice(index - 2, index + 1).includes("%");
    if (PLAIN.test(character) && !isEscape) {
      return cookie.slice(0, index) + (character === "A" ? "B" : "A") + cookie.slice(index + 1);
    }
  }
  throw new Error("the cookie has no character that can be changed");
}

/**
 * Puts another id into a Cookie header: eight of its characters become the number `n`.
 *
 * @param at - where they start, counted from the start of the cookie's value
 */
export function forge(cookie: string, n: number, at: number = 4): string {
  const start = cookie.indexOf("=") + 1 + at;
  const digits = n.toString(36).padStart(8, "0");
  return cookie.slice(0, start) + digits + cookie.slice(start + digits.length);
}
