/** What cookies turned out to stand for, for when they come again. */
export interface CookieCache {
  get(cookie: string): string | undefined;
  /** @param meaning - of at most three characters for every four of the cookie, or of an id's length */
  set(cookie: string, meaning: string): void;
}

/**
 * A cache of no more than so many bytes, reckoned at the most that engines take: one for a character of a cookie, two for
 * one of its meaning, and what a `Map` and two strings come to besides. Full, it begins anew: whoever comes again is
 * verified once more.
 */
export function cookieCache(bytes: number): CookieCache {
  const meanings = new Map<string, string>();
  let used = 0;
  return {
    get: (cookie) => meanings.get(cookie),
    set(cookie, meaning) {
      if (meanings.has(cookie)) return;
      const size = 256 + 3 * cookie.length;
      used += size;
      if (used > bytes) {
        meanings.clear();
        used = size;
      }
      // A copy: engines keep a part of a string as a view of the whole, here of the Cookie header.
      if (used <= bytes) meanings.set(` ${cookie}`.slice(1), meaning);
    },
  };
}
