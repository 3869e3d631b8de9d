/** Remembers what verified cookies contain, so that they need not be verified again. */
export interface CookieCache {
  get(cookie: string): string | undefined;
  /** @param content - what the cookie stands for: at most three characters for every four of the cookie, or a store key */
  set(cookie: string, content: string): void;
}

/** A conservative estimate of what a `Map` entry and the headers of its two strings take, in bytes. */
const ENTRY_OVERHEAD = 256;

/** A cookie is stored in one byte per character, and its content in at most two per character. */
const BYTES_PER_CHARACTER = 3;

/**
 * A cache bounded by a conservative estimate of its memory use. When it is full it is emptied: visitors who come again are
 * verified once more.
 *
 * @param maxBytes - 0 turns the cache off
 */
export function cookieCache(maxBytes: number): CookieCache {
  const contents = new Map<string, string>();
  let usedBytes = 0;
  return {
    get: (cookie) => contents.get(cookie),

    set(cookie, content) {
      if (contents.has(cookie)) return;
      const size = ENTRY_OVERHEAD + BYTES_PER_CHARACTER * cookie.length;
      if (size > maxBytes) return;
      if (usedBytes + size > maxBytes) {
        contents.clear();
        usedBytes = 0;
      }
      usedBytes += size;
      contents.set(copyOf(cookie), content);
    },
  };
}

/** A string with memory of its own. Engines represent a slice as a view, which would keep the whole Cookie header alive. */
function copyOf(text: string): string {
  return ` ${text}`.slice(1);
}
