/** Characters that all encodings of cookies have, and that stand for themselves in each. */
const PLAIN = /[A-Za-z0-9]/;

/**
 * A Cookie header with one character of its last value changed, near the end: that is in the signature, or in the tag,
 * or in what they are about, so all of it has to be looked at before it is refused. The last characters may be padding,
 * and the ones of an escape sequence are left alone.
 */
export function tamper(cookie: string): string {
  for (let index = cookie.length - 10; index > 0; index--) {
    const character = cookie.charAt(index);
    const isEscape = cookie.slice(index - 2, index + 1).includes("%");
    if (PLAIN.test(character) && !isEscape) {
      return cookie.slice(0, index) + (character === "A" ? "B" : "A") + cookie.slice(index + 1);
    }
  }
  throw new Error("there is nothing to change in this cookie");
}

/** A Cookie header with another id in it: from `at` on, counted from where the value begins, eight characters are `n`. */
export function forge(cookie: string, n: number, at: number = 4): string {
  const start = cookie.indexOf("=") + 1 + at;
  const digits = n.toString(36).padStart(8, "0");
  return cookie.slice(0, start) + digits + cookie.slice(start + digits.length);
}
