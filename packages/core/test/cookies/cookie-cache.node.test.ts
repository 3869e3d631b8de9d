import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { memoryStore, SessionManager, serverSide, signedCookie } from "@coatcheck/core";
import { requestWith, secret } from "@coatcheck/test-support";
import { sessionTransaction } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { type CookieCache, cookieCache } from "../../src/cookies/cookie-cache.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes on the heap that something is still using. */
function heapInUse(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

/** What the other cookies of a site add to a header. */
const OTHERS = `; other=${"x".repeat(2000)}`;

/** A cookie as it comes out of a Cookie header: a part of a longer string, which is a new one each time. */
function cookieInHeader(cookie: string): string {
  const header = `${OTHERS}; __Host-session=${cookie}${OTHERS}`;
  const start = header.indexOf(cookie);
  return header.slice(start, start + cookie.length);
}

describe("memory for cookies that were verified once", () => {
  it("stays below cookieCache under 1,000,000 distinct ones", () => {
    const bytes = 2 ** 23;
    const cache: CookieCache = cookieCache(bytes);
    const before = heapInUse();
    let found = 0;
    for (let index = 0; index < 1_000_000; index++) {
      const cookie = cookieInHeader(String(index).padStart(400, "-"));
      // Half of the sessions hold a character that takes two bytes, and so does each of theirs.
      cache.set(cookie, `${index % 2 === 0 ? "e" : "\u0416"}${index}`.padStart(300, "-"));
      if (cache.get(cookie)?.endsWith(String(index))) found += 1;
    }
    expect(found).toBe(1_000_000);
    const grown = heapInUse() - before;
    expect(grown).toBeLessThan(bytes);
    // What is measured is the cache: something is in it.
    expect(grown).toBeGreaterThan(bytes / 8);
    expect(cache.get("not there")).toBe(undefined);
  }, 60_000);

  const store = memoryStore();
  const modes = {
    "signed cookies": (secrets: string) => signedCookie({ secrets }),
    "session ids": () => serverSide(store),
  };
  for (const [kind, mode] of Object.entries(modes)) {
    it(`stays below cookieCache in a manager, of ${kind} in long headers`, async () => {
      const bytes = 2 ** 20;
      const secrets = secret();
      // Another server has set them: this one has nothing but what comes in a header.
      const other = new SessionManager({ mode: mode(secrets), cookieCache: 0 });
      const sessions = new SessionManager({ mode: mode(secrets), cookieCache: bytes });
      const visit = async (index: number) => {
        const cookie = await sessionTransaction(other, (session) => session.set("cart", index));
        expect((await sessions.open(requestWith(`${OTHERS}; ${cookie}${OTHERS}`))).get("cart")).toBe(index);
        await sessionTransaction(other, (session) => session.destroy(), { cookie });
      };
      for (let index = 0; index < 200; index++) await visit(index);
      const before = heapInUse();
      for (let index = 0; index < 4000; index++) await visit(index);
      expect(heapInUse() - before).toBeLessThan(bytes);
    }, 60_000);
  }
});
