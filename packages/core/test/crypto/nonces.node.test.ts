import { encryptedCookie, SessionManager } from "@coatcheck/core";
import { cookieValueOf, secret } from "@coatcheck/test-support";
import { afterEach, describe, expect, it, vi } from "vitest";
import { cookieCache } from "../../src/cookies/cookie-cache.ts";
import { resolveCookie } from "../../src/cookies/cookie-options.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Cookies that are sealed. A million take a minute, so only `npm run nightly` seals that many. */
const SEALS = Number(process.env["NONCE_TEST_SEALS"] ?? 20_000);
const DRAWS = Math.min(SEALS * 10, 1_000_000);
const BATCH = 250;
const NONCE_BYTES = 12;

/** The nonce of a compact JWE is its third part, in base64url. */
function nonceOf(token: string): string {
  return Buffer.from(token.split(".")[2] ?? "", "base64url").toString("latin1");
}

/*
 * The nonce of a cookie is 12 bytes of `crypto.getRandomValues` that are used for nothing else, and that source does not
 * repeat. With 96 random bits, a repetition is expected once in 2^48 seals.
 */
describe("nonces of the encrypted cookie", () => {
  it(`SEC-15 never repeat in ${SEALS} seals with one key, and are 12 bytes drawn for that seal`, async () => {
    const draw = crypto.getRandomValues.bind(crypto);
    const drawn = new Set<string>();
    let draws = 0;
    // The spy restores the method after the test. It is replaced because it would keep a record of a million calls.
    vi.spyOn(crypto, "getRandomValues");
    crypto.getRandomValues = (bytes) => {
      draw(bytes);
      if (bytes instanceof Uint8Array && bytes.length === NONCE_BYTES) {
        draws += 1;
        drawn.add(Buffer.from(bytes).toString("latin1"));
      }
      return bytes;
    };
    const encrypt = crypto.subtle.encrypt.bind(crypto.subtle);
    const keys = new Set<CryptoKey>();
    vi.spyOn(crypto.subtle, "encrypt");
    crypto.subtle.encrypt = (algorithm, key, data) => {
      keys.add(key);
      return encrypt(algorithm, key, data);
    };

    // The backend of a manager, without the rest of a request, which would double the time.
    const context = { cookie: resolveCookie(), cookieCache: cookieCache(0), now: Date.now, idle: 1000 };
    const backend = encryptedCookie({ secrets: secret() }).backend(context);
    const session = { data: '{"d":{"theme":"dark"}}', version: 1, createdAt: 1, expiresAt: 1001 };
    const used = new Set<string>();
    for (let seals = 0; seals < SEALS; seals += BATCH) {
      const length = Math.min(BATCH, SEALS - seals);
      const created = await Promise.all(Array.from({ length }, () => backend.create(session)));
      for (const { cookieValues } of created) used.add(nonceOf(cookieValues.join("")));
    }
    expect(keys.size, "keys").toBe(1);
    expect(used.size, "nonces in cookies").toBe(SEALS);
    expect(draws, "nonces drawn").toBe(SEALS);
    expect([...used].filter((nonce) => !drawn.has(nonce)).length, "nonces that were not drawn").toBe(0);
  }, 600_000);

  it(`SEC-15 come from a source that does not repeat in ${DRAWS} draws`, () => {
    const seen = new Set<string>();
    const bytes = new Uint8Array(NONCE_BYTES);
    for (let draws = 0; draws < DRAWS; draws++) {
      seen.add(Buffer.from(crypto.getRandomValues(bytes)).toString("latin1"));
    }
    expect(seen.size).toBe(DRAWS);
  }, 60_000);

  it("SEC-15 are new each time the same session is sealed", async () => {
    const sessions = new SessionManager({ mode: encryptedCookie({ secrets: secret() }), now: () => 0 });
    const nonces = new Set<string>();
    let cookie = "";
    for (let count = 0; count < 1_000; count++) {
      const session = await sessions.open(new Request("https://localhost/", { headers: { cookie } }));
      session.set("theme", count % 2 === 0 ? "dark" : "light");
      const response = await sessions.commit(session, new Response());
      const token = cookieValueOf(response.headers.getSetCookie()[0]);
      nonces.add(nonceOf(token));
      cookie = `__Host-session=${token}`;
    }
    expect(nonces.size).toBe(1_000);
  });
});
