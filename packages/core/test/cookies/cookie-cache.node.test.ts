import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { memoryStore, SessionManager, serverSide, signedCookie } from "@coatcheck/core";
import { requestWith, secret } from "@coatcheck/test-support";
import { sessionTransaction } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { type CookieCache, cookieCache } from "../../src/cookies/cookie-cache.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes of live objects on the heap. */
function heapInUse(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

/** Other cookies of the site, which the cache must not keep alive. */
const OTHERS = `; other=${"x".repeat(2000)}`;

/** A cookie as a parser returns it: a new slice of a longer header. */
function cookieInHeader(cookie: string): string {
  const header = `${OTHERS}; __Host-session=${cookie}${OTHERS}`;
  const start = header.indexOf(cookie);
  return header.slice(start, start + cookie.length);
}

describe("memory of cookieCache", () => {
  it("stays below its limit for 1,000,000 distinct cookies", () => {
    const bytes = 2 ** 23;
    const cache: CookieCache = cookieCache(bytes);
    const before = heapInUse();
    let found = 0;
    for (let index = 0; index < 1_000_000; index++) {
      const cookie = cookieInHeader(String(index).padStart(400, "-"));
      // Every other content has a character that makes the engine store it with two bytes per character.
      cache.set(cookie, `${index % 2 === 0 ? "e" : "\u0416"}${index}`.padStart(300, "-"));
      if (cache.get(cookie)?.endsWith(String(index))) found += 1;
    }
    expect(found).toBe(1_000_000);
    const grown = heapInUse() - before;
    expect(grown).toBeLessThan(bytes);
    // Proves that the cache holds something.
    expect(grown).toBeGreaterThan(bytes / 8);
    expect(cache.get("not there")).toBe(undefined);
  }, 60_000);

  for (const kind of ["signed cookies", "session ids"] as const) {
    it(`stays below its limit in a manager that reads ${kind} from long headers`, async () => {
      const bytes = 2 ** 20;
      const store = memoryStore();
      const secrets = secret();
      const mode = () => (kind === "session ids" ? serverSide(store) : signedCookie({ secrets }));
      // Another manager sets the cookies, so that this one holds only slices of headers.
      const other = new SessionManager({ mode: mode(), cookieCache: 0 });
      const sessions = new SessionManager({ mode: mode(), cookieCache: bytes });
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
