import {
  encryptedCookie,
  memoryStore,
  type SessionEvent,
  SessionManager,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import {
  cookieModes,
  cookieModesWithRevocations,
  modes,
  modesWithSecrets,
  requestWith,
  secret,
} from "@coatcheck/test-support";
import { fakeClock, faultyStore, sessionTransaction } from "@coatcheck/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { cookieCache } from "../../src/cookies/cookie-cache.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Calls of WebCrypto that take work, while something is done. */
async function cryptoCallsOf(act: () => Promise<unknown>): Promise<number> {
  const spies = (["digest", "sign", "verify", "encrypt", "decrypt", "deriveKey"] as const).map((name) =>
    vi.spyOn(crypto.subtle, name),
  );
  await act();
  const calls = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
  for (const spy of spies) spy.mockRestore();
  return calls;
}

const write = (session: { set(key: string, value: unknown): void }) => session.set("cart", ["book"]);

/** What a cookie stands for. */
async function read(sessions: SessionManager, cookie: string): Promise<unknown> {
  return (await sessions.open(requestWith(cookie))).get("cart");
}

/** The cookie with one character changed, somewhere in its value, to another that could stand there. */
function tampered(cookie: string, from: number): string {
  return cookie.slice(0, from) + (cookie[from] === "A" ? "B" : "A") + cookie.slice(from + 1);
}

for (const { name, mode } of modes()) {
  describe(`a cookie that comes again, ${name}`, () => {
    it("costs no crypto, nor does the one that was just set", async () => {
      const sessions = new SessionManager({ mode: mode() });
      const cookie = await sessionTransaction(sessions, write);
      // The name of its record among the revocations is a hash, worked out once.
      const first = name.includes("revocations") ? 1 : 0;
      expect(await cryptoCallsOf(() => read(sessions, cookie))).toBe(first);
      expect(await cryptoCallsOf(() => read(sessions, cookie))).toBe(0);
      expect(await read(sessions, cookie)).toEqual(["book"]);
    });

    it("costs no crypto when another server has set it, from the second time on", async () => {
      const shared = mode();
      const cookie = await sessionTransaction(new SessionManager({ mode: shared }), write);
      const sessions = new SessionManager({ mode: shared });
      expect(await cryptoCallsOf(() => read(sessions, cookie))).toBeGreaterThan(0);
      expect(await cryptoCallsOf(() => read(sessions, cookie))).toBe(0);
      expect(await read(sessions, cookie)).toEqual(["book"]);
    });

    it("is verified each time with cookieCache: 0", async () => {
      const sessions = new SessionManager({ mode: mode(), cookieCache: 0 });
      const cookie = await sessionTransaction(sessions, write);
      // Derives the keys, and the store key of the subject's revocations.
      await read(sessions, cookie);
      const first = await cryptoCallsOf(() => read(sessions, cookie));
      expect(first).toBeGreaterThan(0);
      expect(await cryptoCallsOf(() => read(sessions, cookie))).toBe(first);
    });

    it("SEC-20 is refused once the session has expired, all the same", async () => {
      const clock = fakeClock();
      const events: SessionEvent[] = [];
      const sessions = new SessionManager({
        mode: mode(),
        now: clock.now,
        lifetime: { idle: 60 },
        onEvent: (event) => events.push(event),
      });
      const cookie = await sessionTransaction(sessions, write);
      await read(sessions, cookie);
      clock.advance(59);
      expect(await read(sessions, cookie)).toEqual(["book"]);
      clock.advance(1);
      expect(await read(sessions, cookie)).toBe(undefined);
      expect(events.at(-1)).toEqual({ type: "rejected", reason: "expired" });
    });

    it("hands each request values of its own", async () => {
      const sessions = new SessionManager({ mode: mode() });
      const cookie = await sessionTransaction(sessions, write);
      for (let round = 0; round < 3; round++) {
        const value = (await read(sessions, cookie)) as string[];
        expect(value).toEqual(["book"]);
        value.push("never committed");
      }
    });
  });
}

for (const { name, mode } of modes().filter(({ name }) => !/^\w+ cookie$/.test(name))) {
  it(`SEC-22 a cookie that comes again after its logout is refused, ${name}`, async () => {
    const sessions = new SessionManager({ mode: mode() });
    const cookie = await sessionTransaction(sessions, (session) => {
      write(session);
      session.bind("eve");
    });
    for (let round = 0; round < 3; round++) expect(await read(sessions, cookie)).toEqual(["book"]);
    await sessionTransaction(sessions, (session) => session.destroy(), { cookie });
    for (let round = 0; round < 3; round++) expect(await read(sessions, cookie)).toBe(undefined);
  });
}

for (const { name, mode, site } of [...modesWithSecrets(), ...cookieModesWithRevocations()]) {
  describe(`what the cache never holds, ${name}`, () => {
    it("is a cookie that only a manager with other secrets, or for another cookie, has verified", async () => {
      const secrets = secret();
      const modeWith = site();
      const sessions = new SessionManager({ mode: modeWith(secrets) });
      const cookie = await sessionTransaction(sessions, write);
      expect(await read(sessions, cookie)).toEqual(["book"]);
      expect(await read(new SessionManager({ mode: modeWith(secret()) }), cookie)).toBe(undefined);
      const other = new SessionManager({ mode: modeWith(secrets), cookie: { name: "other" } });
      expect(await read(other, cookie.replace("__Host-session", "other"))).toBe(undefined);
    });

    it("SEC-11 is a cookie that was tampered with, whether or not the true one is known", async () => {
      const events: SessionEvent[] = [];
      const sessions = new SessionManager({ mode: mode(), onEvent: (event) => events.push(event) });
      const cookie = await sessionTransaction(sessions, write);
      for (const from of [cookie.indexOf("=") + 3, Math.floor(cookie.length * 0.8), cookie.length - 3]) {
        await read(sessions, cookie);
        for (let round = 0; round < 2; round++) {
          events.length = 0;
          expect(await read(sessions, tampered(cookie, from))).toBe(undefined);
          expect(events).toEqual([{ type: "rejected", reason: expect.any(String) }]);
        }
      }
      expect(await read(sessions, cookie)).toEqual(["book"]);
    });

    it("SEC-14 is what an older secret sealed, nor anything of a manager with other secrets", async () => {
      const [older, newer] = [secret(), secret()];
      const modeWith = site();
      const before = new SessionManager({ mode: modeWith(older) });
      const cookie = await sessionTransaction(before, write);
      await read(before, cookie);
      const events: SessionEvent[] = [];
      const after = new SessionManager({ mode: modeWith([newer, older]), onEvent: (event) => events.push(event) });
      for (let round = 0; round < 3; round++) await sessionTransaction(after, () => undefined, { cookie });
      expect(events.map(({ type }) => type)).toEqual(["reissued", "reissued", "reissued"]);
      expect(await read(new SessionManager({ mode: modeWith(newer) }), cookie)).toBe(undefined);
    });
  });
}

describe("the cache and ids that nobody was given", () => {
  it("keeps none of them, so that whoever sends many does not push out the others", async () => {
    const store = faultyStore(memoryStore());
    const sessions = new SessionManager({ mode: serverSide(store), cookieCache: 4096 });
    const cookie = await sessionTransaction(sessions, write);
    await read(sessions, cookie);
    const [name = "", id = ""] = cookie.split("=");
    for (let bogus = 0; bogus < 1000; bogus++) {
      const forged = String(bogus).padStart(4, "0") + id.slice(4);
      expect(await read(sessions, `${name}=${forged}`)).toBe(undefined);
    }
    expect(await cryptoCallsOf(() => read(sessions, cookie))).toBe(0);
  });
});

describe("the cache and names of revocation records", () => {
  it("takes none of them for a cookie, in whatever parts it comes", async () => {
    const events: SessionEvent[] = [];
    const sessions = new SessionManager({
      mode: signedCookie({ secrets: secret(), chunks: 2, revocations: memoryStore() }),
      cookie: { name: "sid" },
      onEvent: (event) => events.push(event),
    });
    const cookie = await sessionTransaction(sessions, (session) => session.bind("eve"));
    const group = (await sessions.open(requestWith(cookie))).id?.slice(22) ?? "";
    for (const value of [group, ` ${group}`, `;${group}`]) {
      await sessions.open(requestWith(`sid=2~${value.slice(0, 5)}; sid.1=${value.slice(5)}`));
      expect(events.at(-1)).toEqual({ type: "rejected", reason: "malformed" });
    }
  });
});

describe("cookieCache", () => {
  it("INVALID_OPTION unless it is bytes", () => {
    for (const bytes of [-1, Number.NaN, "4 MB" as never]) {
      const make = () => new SessionManager({ mode: signedCookie({ secrets: secret() }), cookieCache: bytes });
      expect(make).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    }
  });

  for (const { name, mode } of cookieModes()) {
    it(`takes cookies it has no room for as if they came for the first time (${name})`, async () => {
      const sessions = new SessionManager({ mode: mode(), cookieCache: 3000 });
      const small = await sessionTransaction(sessions, write);
      const large = await sessionTransaction(sessions, (session) => session.set("cart", "x".repeat(1500)));
      for (let round = 0; round < 2; round++) {
        expect(await read(sessions, large)).toBe("x".repeat(1500));
        expect(await read(sessions, small)).toEqual(["book"]);
      }
    });
  }

  it("refuses no cookie it forgot, and tells apart all of those it was full of", async () => {
    const sessions = new SessionManager({ mode: encryptedCookie({ secrets: secret() }), cookieCache: 8192 });
    const cookies = await Promise.all(
      Array.from({ length: 100 }, (_, index) => sessionTransaction(sessions, (session) => session.set("cart", index))),
    );
    for (let round = 0; round < 2; round++) {
      for (const [index, cookie] of cookies.entries()) expect(await read(sessions, cookie)).toBe(index);
    }
  });

  it("holds what fits into its bytes, reckoned at 256 and three for each character of a cookie", () => {
    const cache = cookieCache(10 * (256 + 3 * 100));
    const cookies = Array.from({ length: 11 }, (_, index) => String(index).padStart(100, "-"));
    for (const cookie of cookies.slice(0, 10)) cache.set(cookie, cookie);
    // Again, it takes no more room.
    cache.set(cookies[0] ?? "", "another");
    expect(cookies.map((cookie) => cache.get(cookie) === cookie)).toEqual([...Array(10).fill(true), false]);
    cache.set(cookies[10] ?? "", "one more");
    expect(cookies.map((cookie) => cache.get(cookie))).toEqual([...Array(10).fill(undefined), "one more"]);
  });
});
