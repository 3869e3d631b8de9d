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
  async function loggedIn(sid?: string, subject = "eve") {
    const browser = device(sessions);
    await browser.visit((session) => login(session, subject, sid === undefined ? {} : { sid }));
    return { ...browser, isAlive: () => isAlive(browser, sessions) };
  }
  return { clock, store, provider, sessions, loggedIn };
}

for (const { name, open } of accountModes()) {
  describe(`providerSessions, ${name}`, () => {
    it("SEC-24 ends the sessions of a provider's session, and no others", async () => {
      const { provider, sessions, loggedIn } = setUp(open().mode);
      const [desk, phone] = [await loggedIn("sid-1"), await loggedIn("sid-1")];
      const others = [await loggedIn("sid-2"), await loggedIn(), await loggedIn("sid-3", "grace")];
      expect(await provider.revokeBySid(sessions, "sid-1")).toBe(2);
      expect([await desk.isAlive(), await phone.isAlive()]).toEqual([false, false]);
      for (const other of others) expect(await other.isAlive()).toBe(true);
      expect(await provider.revokeBySid(sessions, "sid-1")).toBe(0);
      expect(await provider.revokeBySid(sessions, "unknown")).toBe(0);
    });

    it("SEC-24 ends a session whose id has changed since, by a step-up too", async () => {
      for (const change of ["step-up", "regenerate"]) {
        const { provider, sessions, loggedIn } = setUp(open().mode);
        const { visit, isAlive } = await loggedIn("sid-1");
        await visit((session) => (change === "step-up" ? login(session, "eve") : session.regenerate()));
        await visit((session) => session.set("cart", "book"));
        expect(await provider.revokeBySid(sessions, "sid-1")).toBe(1);
        expect(await isAlive()).toBe(false);
      }
    });

    it("SEC-24 leaves the session alone that a browser got from another login since", async () => {
      const { provider, sessions, loggedIn } = setUp(open().mode);
      const { visit, isAlive } = await loggedIn("sid-1");
      await visit((session) => login(session, "eve", { sid: "sid-2" }));
      expect(await provider.revokeBySid(sessions, "sid-1")).toBe(0);
      expect(await isAlive()).toBe(true);
    });

    it("SEC-24 ends it until the absolute timeout does, with servers 5 s apart", async () => {
      const { mode } = open();
      const clock = fakeClock();
      const { store, provider, sessions, loggedIn } = setUp(mode, clock);
      const now = () => clock.now() - 5_000;
      const behind = new AccountManager<Data>({ mode, now, extensions: [providerSessions({ store })] });
      const phone = await loggedIn("sid-1");
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
      it(`SEC-24 revokeBySid ends a login, ${order} each store call of it`, async () => {
        const calls = await raceAtEachCall(async () => {
          const opened = open();
          const { store, provider, sessions } = setUp(opened.mode);
          const phone = device(sessions);
          const logsIn = () => phone.visit((session) => login(session, "eve", { sid: "sid-1" }));
          const revokes = () => provider.revokeBySid(sessions, "sid-1");
          const [first, second] = order === "in the middle of" ? [logsIn, revokes] : [revokes, logsIn];
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

    it("SEC-24 revokeBySid ends a session that is just getting a new id", async () => {
      const calls = await raceAtEachCall(async () => {
        const opened = open();
        const { store, provider, sessions, loggedIn } = setUp(opened.mode);
        const phone = await loggedIn("sid-1");
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
  it("asks its store nothing for those who came without a provider, and nothing after the login", async () => {
    const { store, loggedIn } = setUp(serverSide(memoryStore()));
    let calls = 0;
    store.beforeEach(async () => {
      calls += 1;
    });
    await loggedIn();
    expect(calls).toBe(0);
    const { visit } = await loggedIn("sid-1");
    expect(calls).toBe(2);
    await visit((session) => session.set("cart", "book"));
    expect(calls).toBe(2);
  });

  it("SEC-41 keeps no sid and no key of a session in its records", async () => {
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

  it("SEC-42 logs nobody in when it cannot note that they are, and leaves no session behind", async () => {
    for (const fault of ["throw-before", "throw-after"] as const) {
      const records = faultyStore(memoryStore());
      const extensions = [providerSessions({ store: records })];
      const sessions = new AccountManager<Data>({ mode: serverSide(memoryStore()), extensions });
      const phone = device(sessions);
      records.failNext("create", fault);
      const logsIn = phone.visit((session) => login(session, "eve", { sid: "sid-1" }));
      await expect(logsIn).rejects.toMatchObject({ code: "STORE_FAILED" });
      expect(await phone.client.cookieHeader()).toBe("");
      expect(await sessions.list("eve")).toEqual([]);
    }
  });

  it("says so in a mode where nothing can be ended", async () => {
    for (const { mode } of cookieModes()) {
      const { provider, sessions, loggedIn } = setUp(mode());
      await loggedIn("sid-1");
      await expect(provider.revokeBySid(sessions, "sid-1")).rejects.toMatchObject({ code: "UNSUPPORTED" });
    }
  });

  it("refuses what is no sid, and a store that finds no subjects", async () => {
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

  it("SEC-24 SEC-52 ends a login that only a remember-me cookie is left of, long after its last session", async () => {
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
