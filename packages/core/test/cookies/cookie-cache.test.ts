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

/** Counts the costly WebCrypto calls of `act`. */
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

/** The cart in the session of this cookie. */
async function read(sessions: SessionManager, cookie: string): Promise<unknown> {
  return (await sessions.open(requestWith(cookie))).get("cart");
}

/** The cookie with the character at this index changed to another valid one. */
function tampered(cookie: string, from: number): string {
  return cookie.slice(0, from) + (cookie[from] === "A" ? "B" : "A") + cookie.slice(from + 1);
}

for (const { name, mode } of modes()) {
  describe(`a repeated cookie, ${name}`, () => {
    it("needs no crypto after this manager has set it", async () => {
      const sessions = new SessionManager({ mode: mode() });
      const cookie = await sessionTransaction(sessions, write);
      // The store key of the revocations is a hash, computed once.
      const first = name.includes("revocations") ? 1 : 0;
      expect(await cryptoCallsOf(() => read(sessions, cookie))).toBe(first);
      expect(await cryptoCallsOf(() => read(sessions, cookie))).toBe(0);
      expect(await read(sessions, cookie)).toEqual(["book"]);
    });

    it("needs no crypto after it was verified once, when another server has set it", async () => {
      const shared = mode();
      const cookie = await sessionTransaction(new SessionManager({ mode: shared }), write);
      const sessions = new SessionManager({ mode: shared });
      expect(await cryptoCallsOf(() => read(sessions, cookie))).toBeGreaterThan(0);
      expect(await cryptoCallsOf(() => read(sessions, cookie))).toBe(0);
      expect(await read(sessions, cookie)).toEqual(["book"]);
    });

    it("is verified every time when cookieCache is 0", async () => {
      const sessions = new SessionManager({ mode: mode(), cookieCache: 0 });
      const cookie = await sessionTransaction(sessions, write);
      // Derives the keys, and the store key of the revocations.
      await read(sessions, cookie);
      const first = await cryptoCallsOf(() => read(sessions, cookie));
      expect(first).toBeGreaterThan(0);
      expect(await cryptoCallsOf(() => read(sessions, cookie))).toBe(first);
    });

    it("SEC-20 is rejected after the session has expired", async () => {
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

    it("gives each request its own copy of the values", async () => {
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

const irrevocable = new Set(cookieModes().map(({ name }) => name));
for (const { name, mode } of modes().filter(({ name }) => !irrevocable.has(name))) {
  describe(`a repeated cookie after logout, ${name}`, () => {
    it("SEC-22 is rejected", async () => {
      const sessions = new SessionManager({ mode: mode() });
      const cookie = await sessionTransaction(sessions, (session) => {
        write(session);
        session.bind("eve");
      });
      for (let round = 0; round < 3; round++) expect(await read(sessions, cookie)).toEqual(["book"]);
      await sessionTransaction(sessions, (session) => session.destroy(), { cookie });
      for (let round = 0; round < 3; round++) expect(await read(sessions, cookie)).toBe(undefined);
    });
  });
}

for (const { name, mode, site } of [...modesWithSecrets(), ...cookieModesWithRevocations()]) {
  describe(`the cache of verified cookies, ${name}`, () => {
    it("is not shared with a manager that has other secrets or another cookie name", async () => {
      const secrets = secret();
      const modeWith = site();
      const sessions = new SessionManager({ mode: modeWith(secrets) });
      const cookie = await sessionTransaction(sessions, write);
      expect(await read(sessions, cookie)).toEqual(["book"]);
      expect(await read(new SessionManager({ mode: modeWith(secret()) }), cookie)).toBe(undefined);
      const other = new SessionManager({ mode: modeWith(secrets), cookie: { name: "other" } });
      expect(await read(other, cookie.replace("__Host-session", "other"))).toBe(undefined);
    });

    it("SEC-11 does not accept a tampered cookie, also after the original was verified", async () => {
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

    it("SEC-14 does not hold cookies of an older secret", async () => {
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

describe("the cache of verified cookies, in server mode", () => {
  it("does not hold unknown ids, which could displace known ones", async () => {
    const store = faultyStore(memoryStore());
    const sessions = new SessionManager({ mode: serverSide(store), cookieCache: 4096 });
    const cookie = await sessionTransaction(sessions, write);
    await read(sessions, cookie);
    const [name = "", id = ""] = cookie.split("=");
    for (let bogus = 0; bogus < 100; bogus++) {
      const forged = String(bogus).padStart(4, "0") + id.slice(4);
      expect(await read(sessions, `${name}=${forged}`)).toBe(undefined);
    }
    expect(await cryptoCallsOf(() => read(sessions, cookie))).toBe(0);
  });
});

describe("the cache of verified cookies, with revocations", () => {
  it("does not accept the group of a session id as a cookie", async () => {
    const events: SessionEvent[] = [];
    const sessions = new SessionManager({
      mode: signedCookie({ secrets: secret(), chunks: 2, revocations: memoryStore() }),
      cookie: { name: "sid" },
      onEvent: (event) => events.push(event),
    });
    const cookie = await sessionTransaction(sessions, (session) => session.bind("eve"));
    // In cookie modes an id is a random part of 22 characters and the group of the subject.
    const [, group = ""] = /^.{22}(.+)$/.exec((await sessions.open(requestWith(cookie))).id ?? "") ?? [];
    expect(group).not.toBe("");
    for (const value of [group, ` ${group}`, `;${group}`]) {
      await sessions.open(requestWith(`sid=2~${value.slice(0, 5)}; sid.1=${value.slice(5)}`));
      expect(events.at(-1)).toEqual({ type: "rejected", reason: "malformed" });
    }
  });
});

describe("cookieCache option", () => {
  it("rejects a size that is not a number of bytes", () => {
    for (const bytes of [-1, Number.NaN, "4 MB" as never]) {
      const make = () => new SessionManager({ mode: signedCookie({ secrets: secret() }), cookieCache: bytes });
      expect(make).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    }
  });

  for (const { name, mode } of cookieModes()) {
    it(`does not limit the size of cookies that are read, ${name}`, async () => {
      const sessions = new SessionManager({ mode: mode(), cookieCache: 3000 });
      const small = await sessionTransaction(sessions, write);
      const large = await sessionTransaction(sessions, (session) => session.set("cart", "x".repeat(1500)));
      for (let round = 0; round < 2; round++) {
        expect(await read(sessions, large)).toBe("x".repeat(1500));
        expect(await read(sessions, small)).toEqual(["book"]);
      }
    });
  }

  it("does not limit the number of cookies that are read", async () => {
    const sessions = new SessionManager({ mode: encryptedCookie({ secrets: secret() }), cookieCache: 8192 });
    const cookies = await Promise.all(
      Array.from({ length: 100 }, (_, index) => sessionTransaction(sessions, (session) => session.set("cart", index))),
    );
    for (let round = 0; round < 2; round++) {
      for (const [index, cookie] of cookies.entries()) expect(await read(sessions, cookie)).toBe(index);
    }
  });
});

describe("cookieCache", () => {
  it("counts 256 bytes and three per character for each cookie, and empties itself when it is full", () => {
    const cache = cookieCache(10 * (256 + 3 * 100));
    const cookies = Array.from({ length: 11 }, (_, index) => String(index).padStart(100, "-"));
    for (const cookie of cookies.slice(0, 10)) cache.set(cookie, cookie);
    // A known cookie takes no more space.
    cache.set(cookies[0] ?? "", "another");
    expect(cookies.map((cookie) => cache.get(cookie) === cookie)).toEqual([...Array(10).fill(true), false]);
    cache.set(cookies[10] ?? "", "one more");
    expect(cookies.map((cookie) => cache.get(cookie))).toEqual([...Array(10).fill(undefined), "one more"]);
  });
});
