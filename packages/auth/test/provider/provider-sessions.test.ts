import { AccountManager, login, providerSessions, rememberMe } from "@coatcheck/auth";
import { memoryStore, type SessionMode, serverSide } from "@coatcheck/core";
import { cookieModes } from "@coatcheck/test-support";
import { fakeClock, faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { accountModes } from "../support/account-modes.ts";
import { device, isAlive } from "../support/device.ts";
import { raceAtEachCall, watchedStore } from "../support/watched-store.ts";

interface Data {
  cart: string;
}

function setUp(mode: SessionMode, clock = fakeClock()) {
  const store = watchedStore(memoryStore());
  const provider = providerSessions({ store });
  const sessions = new AccountManager<Data>({ mode, now: clock.now, extensions: [provider] });
  async function newLogin(sid?: string, subject = "eve") {
    const browser = device(sessions);
    await browser.visit((session) => login(session, subject, sid === undefined ? {} : { sid }));
    return { ...browser, isAlive: () => isAlive(browser, sessions) };
  }
  return { clock, store, provider, sessions, newLogin };
}

for (const { name, open } of accountModes()) {
  describe(`providerSessions, ${name}`, () => {
    it("SEC-24 ends the sessions with that sid, and no others", async () => {
      const { provider, sessions, newLogin } = setUp(open().mode);
      const [desk, phone] = [await newLogin("sid-1"), await newLogin("sid-1")];
      const others = [await newLogin("sid-2"), await newLogin(), await newLogin("sid-3", "grace")];
      expect(await provider.revokeBySid(sessions, "sid-1")).toBe(2);
      expect([await desk.isAlive(), await phone.isAlive()]).toEqual([false, false]);
      for (const other of others) expect(await other.isAlive()).toBe(true);
      expect(await provider.revokeBySid(sessions, "sid-1")).toBe(0);
      expect(await provider.revokeBySid(sessions, "unknown")).toBe(0);
    });

    it("SEC-24 ends a session whose id has changed since, also by a step-up", async () => {
      for (const change of ["step-up", "regenerate"]) {
        const { provider, sessions, newLogin } = setUp(open().mode);
        const { visit, isAlive } = await newLogin("sid-1");
        await visit((session) => (change === "step-up" ? login(session, "eve") : session.regenerate()));
        await visit((session) => session.set("cart", "book"));
        expect(await provider.revokeBySid(sessions, "sid-1")).toBe(1);
        expect(await isAlive()).toBe(false);
      }
    });

    it("SEC-24 does not end a session of a later login with another sid", async () => {
      const { provider, sessions, newLogin } = setUp(open().mode);
      const { visit, isAlive } = await newLogin("sid-1");
      await visit((session) => login(session, "eve", { sid: "sid-2" }));
      expect(await provider.revokeBySid(sessions, "sid-1")).toBe(0);
      expect(await isAlive()).toBe(true);
    });

    it("SEC-24 ends a session up to its absolute timeout, on servers whose clocks differ by 5 s", async () => {
      const { mode } = open();
      const clock = fakeClock();
      const { store, provider, sessions, newLogin } = setUp(mode, clock);
      const now = () => clock.now() - 5_000;
      const behind = new AccountManager<Data>({ mode, now, extensions: [providerSessions({ store })] });
      const phone = await newLogin("sid-1");
      for (let day = 0; day < 29; day++) {
        clock.advance(24 * 3600 - 3600);
        await phone.visit(() => {});
      }
      await store.sweep(clock.now());
      expect(await phone.isAlive()).toBe(true);
      expect(await provider.revokeBySid(behind, "sid-1")).toBe(1);
      expect(await phone.isAlive()).toBe(false);
      const late = device(behind);
      await late.visit((session) => login(session, "eve", { sid: "sid-1" }));
      expect(await isAlive(late, sessions)).toBe(false);
    });

    for (const order of ["in the middle of", "interrupted by"]) {
      it(`SEC-24 ends a login when revokeBySid is ${order} each store call`, async () => {
        const calls = await raceAtEachCall(async () => {
          const opened = open();
          const { store, provider, sessions } = setUp(opened.mode);
          const phone = device(sessions);
          const logIn = () => phone.visit((session) => login(session, "eve", { sid: "sid-1" }));
          const revoke = () => provider.revokeBySid(sessions, "sid-1");
          const [first, second] = order === "in the middle of" ? [logIn, revoke] : [revoke, logIn];
          return {
            stores: [opened.store, store],
            first,
            second,
            check: async () => expect(await isAlive(phone, sessions)).toBe(false),
          };
        });
        expect(calls).toBeGreaterThanOrEqual(2);
      });
    }

    it("SEC-24 ends a session while it is getting a new id", async () => {
      const calls = await raceAtEachCall(async () => {
        const opened = open();
        const { store, provider, sessions, newLogin } = setUp(opened.mode);
        const phone = await newLogin("sid-1");
        const copy = { client: await phone.client.clone() };
        return {
          stores: [opened.store, store],
          first: () => phone.visit((session) => session.regenerate()),
          second: () => provider.revokeBySid(sessions, "sid-1"),
          async check() {
            expect(await isAlive(copy, sessions)).toBe(false);
            expect(await phone.isAlive()).toBe(false);
          },
        };
      });
      expect(calls).toBeGreaterThanOrEqual(4);
    });
  });
}

describe("providerSessions", () => {
  it("does not call its store for a login without a sid, nor after the login", async () => {
    const { store, newLogin } = setUp(serverSide(memoryStore()));
    let calls = 0;
    store.beforeEach(async () => {
      calls += 1;
    });
    await newLogin();
    expect(calls).toBe(0);
    const { visit } = await newLogin("sid-1");
    expect(calls).toBe(2);
    await visit((session) => session.set("cart", "book"));
    expect(calls).toBe(2);
  });

  it("SEC-41 stores only hashes as keys and subjects of its records", async () => {
    const records = faultyStore(memoryStore());
    const written: string[] = [];
    const create: typeof records.create = (key, session) => {
      written.push(key, session.subject ?? "");
      return records.create(key, session);
    };
    const extensions = [providerSessions({ store: { ...records, create } })];
    const sessions = new AccountManager<Data>({ mode: serverSide(memoryStore()), extensions });
    await device(sessions).visit((session) => login(session, "eve", { sid: "sid-1" }));
    expect(written).toHaveLength(2);
    for (const text of written) expect(text).toMatch(/^[\w-]{43}$/);
  });

  it("SEC-42 fails the login when its record cannot be stored, and leaves no session behind", async () => {
    for (const fault of ["throw-before", "throw-after"] as const) {
      const records = faultyStore(memoryStore());
      const extensions = [providerSessions({ store: records })];
      const sessions = new AccountManager<Data>({ mode: serverSide(memoryStore()), extensions });
      const phone = device(sessions);
      records.failNext("create", fault);
      const logIn = phone.visit((session) => login(session, "eve", { sid: "sid-1" }));
      await expect(logIn).rejects.toMatchObject({ code: "STORE_FAILED" });
      expect(await phone.client.cookieHeader()).toBe("");
      expect(await sessions.list("eve")).toEqual([]);
    }
  });

  it("throws UNSUPPORTED in a mode that cannot end sessions", async () => {
    for (const { mode } of cookieModes()) {
      const { provider, sessions, newLogin } = setUp(mode());
      await newLogin("sid-1");
      await expect(provider.revokeBySid(sessions, "sid-1")).rejects.toMatchObject({ code: "UNSUPPORTED" });
    }
  });

  it("rejects an invalid sid and a store without a subject index", async () => {
    const { provider, sessions } = setUp(serverSide(memoryStore()));
    for (const wrong of ["", undefined, null, 7]) {
      await expect(provider.revokeBySid(sessions, wrong as never)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
    const { listBySubject: _, ...bare } = memoryStore();
    for (const wrong of [bare, undefined, {}]) {
      expect(() => providerSessions({ store: wrong as never })).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION" }),
      );
    }
  });

  it("SEC-24 SEC-52 ends a remembered login long after its last session has expired", async () => {
    const clock = fakeClock();
    const [store, remembered] = [memoryStore(), memoryStore()];
    const provider = providerSessions({ store });
    const sessions = new AccountManager({
      mode: serverSide(memoryStore()),
      lifetime: { idle: 3600, absolute: 24 * 3600 },
      now: clock.now,
      extensions: [rememberMe({ store: remembered }), provider],
    });
    const { visit } = device(sessions);
    await visit((session) => login(session, "eve", { sid: "sid-1", remember: true }));
    clock.advance(3 * 24 * 3600);
    for (const swept of [store, remembered]) await swept.sweep(clock.now());
    await provider.revokeBySid(sessions, "sid-1");
    clock.advance(2 * 24 * 3600);
    await store.sweep(clock.now());
    await visit(() => undefined);
    expect((await visit((session) => session.subject)).result).toBeUndefined();
    await visit(() => undefined);
    expect((await visit((session) => session.subject)).result).toBeUndefined();
  });
});
