import {
  type AccountExtension,
  AccountManager,
  devicesOf,
  login,
  type SessionLimitEvent,
  sessionLimit,
  TooManySessionsError,
} from "@coatcheck/auth";
import { memoryStore, SessionError, type SessionStore, serverSide } from "@coatcheck/core";
import { bindUnproven } from "@coatcheck/core/toolkit";
import { cookieModes } from "@coatcheck/test-support";
import { fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { setLoginInfo } from "../../src/login/login-info.ts";
import { listingModes } from "../support/account-modes.ts";
import { device, isAlive } from "../support/device.ts";

type OnExceed = "evict-oldest" | "refuse";

interface Data {
  cart: string;
}

const tooMany = { code: "TOO_MANY_SESSIONS" };

/** Logs in a browser that sends its name in the header `Remembered`, without a proof. */
const restorer: AccountExtension = {
  forRequest: ({ session, request, assertLoginAllowed }) => ({
    async onOpen() {
      const browser = request.headers.get("Remembered");
      if (browser === null || session.subject !== undefined) return;
      if (request.headers.has("Asks")) await assertLoginAllowed("eve", browser);
      bindUnproven(session, "eve");
      setLoginInfo(session, { browser });
    },
  }),
};

function setUp(onExceed: OnExceed, { max = 2, mode = serverSide(memoryStore()), now = fakeClock().now } = {}) {
  const events: SessionLimitEvent[] = [];
  const limit = sessionLimit({ max, onExceed, onEvent: (event) => events.push(event) });
  const sessions = new AccountManager<Data>({ mode, now, extensions: [restorer, limit] });
  function newDevice(headers = {}) {
    const browser = device(sessions, headers);
    const login_ = (subject = "eve") => browser.visit((session) => login(session, subject));
    return { ...browser, login: login_, isAlive: () => isAlive(browser, sessions) };
  }
  async function newLogin(subject?: string) {
    const browser = newDevice();
    await browser.login(subject);
    return browser;
  }
  return { sessions, events, newDevice, newLogin };
}

for (const { name, open } of listingModes()) {
  describe(`sessionLimit, ${name}`, () => {
    it("SEC-25 ends the oldest login for a new one", async () => {
      const { newLogin, events, sessions } = setUp("evict-oldest", { mode: open().mode });
      const first = await newLogin();
      const { result: id } = await first.visit((session) => session.id);
      const [second, other, third] = [await newLogin(), await newLogin("grace"), await newLogin()];
      const alive = [first, second, third, other].map((each) => each.isAlive());
      expect(await Promise.all(alive)).toEqual([false, true, true, true]);
      expect(events).toEqual([{ type: "session-evicted", subject: "eve", id }]);
      expect(await devicesOf(sessions, "eve")).toHaveLength(2);
    });

    it("SEC-25 refuses a new login, without a cookie or a session, until another session has ended", async () => {
      const { newLogin, newDevice, events, sessions } = setUp("refuse", { mode: open().mode });
      const [first, second] = [await newLogin(), await newLogin()];
      const third = newDevice();
      await expect(third.login()).rejects.toMatchObject(tooMany);
      expect(await third.client.cookieHeader()).toBe("");
      await third.visit((session) => session.set("cart", "book"));
      await expect(third.login()).rejects.toMatchObject(tooMany);
      expect((await third.visit((session) => session.get("cart"))).result).toBe("book");
      expect(await devicesOf(sessions, "eve")).toHaveLength(2);
      const refused = { type: "session-refused", subject: "eve" };
      expect(events).toEqual([refused, refused]);
      expect([await first.isAlive(), await second.isAlive()]).toEqual([true, true]);
      await first.visit((session) => session.destroy());
      await third.login();
      expect([await second.isAlive(), await third.isAlive()]).toEqual([true, true]);
    });
  });
}

for (const onExceed of ["evict-oldest", "refuse"] as const) {
  describe(`sessionLimit, ${onExceed}`, () => {
    it("SEC-25 does not count a login that replaces the session of its own browser", async () => {
      const { newLogin, events } = setUp(onExceed);
      const [first, second] = [await newLogin(), await newLogin()];
      for (const each of [first, second, first, first]) await each.login();
      await second.visit((session) => session.regenerate());
      expect([await first.isAlive(), await second.isAlive()]).toEqual([true, true]);
      expect(events).toEqual([]);
    });

    it("does not count expired sessions", async () => {
      const clock = fakeClock();
      const { newLogin, events } = setUp(onExceed, { now: clock.now });
      await newLogin();
      await newLogin();
      clock.advance(24 * 3600);
      await newLogin();
      expect(events).toEqual([]);
    });

    it("SEC-25 counts sessions as one that parallel requests restored for one browser", async () => {
      const { newLogin, newDevice, events, sessions } = setUp(onExceed);
      const other = await newLogin();
      const tabs = Array.from({ length: 5 }, () => newDevice({ Remembered: "one", Asks: "yes" }));
      await Promise.all(tabs.map(({ visit }) => visit(() => {})));
      const late = newDevice({ Remembered: "one", Asks: "yes" });
      await late.visit(() => {});
      tabs.push(late);
      for (const each of [...tabs, other]) expect(await each.isAlive()).toBe(true);
      expect(events).toEqual([]);
      const third = newDevice();
      const visiting = third.login();
      if (onExceed === "refuse") await expect(visiting).rejects.toMatchObject(tooMany);
      else await visiting;
      await other.visit((session) => session.destroy());
      const fourth = newDevice({ Remembered: "two", Asks: "yes" });
      const fifth = newDevice({ Remembered: "three", Asks: "yes" });
      await fourth.visit(() => {});
      if (onExceed === "refuse") await expect(fifth.visit(() => {})).rejects.toMatchObject(tooMany);
      else await fifth.visit(() => {});
      const alive = await Promise.all([...tabs, third, fourth, fifth].map((each) => each.isAlive()));
      const tabsStay = onExceed === "refuse";
      expect(alive).toEqual([...tabs.map(() => tabsStay), false, true, onExceed === "evict-oldest"]);
      expect(await devicesOf(sessions, "eve")).toHaveLength(tabsStay ? 7 : 2);
    });

    it("rejects an invalid limit and a mode that cannot list sessions, at construction", () => {
      for (const max of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2" as never]) {
        expect(() => sessionLimit({ max, onExceed })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
      }
      expect(() => sessionLimit({ max: 1, onExceed: "evict" as never })).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION" }),
      );
      for (const { mode } of cookieModes()) {
        expect(() => setUp(onExceed, { mode: mode() })).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }));
      }
    });

    it("fails the login when the store has no subject index", async () => {
      const { traits, load, create, update, touch, delete: remove } = memoryStore();
      const bare: SessionStore = { traits, load, create, update, touch, delete: remove };
      const { newDevice } = setUp(onExceed, { mode: serverSide(bare) });
      const browser = newDevice();
      await expect(browser.login()).rejects.toMatchObject({ code: "UNSUPPORTED" });
      expect(await browser.isAlive()).toBe(false);
    });

    it("SEC-25 also limits sessions that began without login", async () => {
      const { newLogin, newDevice, sessions } = setUp(onExceed);
      await newLogin();
      await newLogin();
      const third = newDevice({ Remembered: "yes" });
      const visiting = third.visit(() => {});
      if (onExceed === "refuse") await expect(visiting).rejects.toMatchObject(tooMany);
      else await visiting;
      expect(await third.isAlive()).toBe(onExceed === "evict-oldest");
      expect(await devicesOf(sessions, "eve")).toHaveLength(2);
    });
  });
}

describe("sessionLimit on servers whose clocks differ by 5 s", () => {
  it("SEC-25 keeps the latest login, on either server", async () => {
    const clock = fakeClock();
    const mode = serverSide(memoryStore());
    const ahead = setUp("evict-oldest", { max: 1, mode, now: () => clock.now() + 5_000 });
    const behind = setUp("evict-oldest", { max: 1, mode, now: clock.now });
    let last = await ahead.newLogin();
    for (const server of [behind, behind, ahead, behind, ahead]) {
      clock.advance(1);
      const next = await server.newLogin();
      expect([await last.isAlive(), await next.isAlive()]).toEqual([false, true]);
      last = next;
    }
  });

  it("SEC-25 refuses the latest login, on either server", async () => {
    const clock = fakeClock();
    const mode = serverSide(memoryStore());
    const ahead = setUp("refuse", { max: 1, mode, now: () => clock.now() + 5_000 });
    const behind = setUp("refuse", { max: 1, mode, now: clock.now });
    const first = await ahead.newLogin();
    for (const server of [behind, ahead]) {
      clock.advance(1);
      await expect(server.newLogin()).rejects.toBeInstanceOf(TooManySessionsError);
      expect(await first.isAlive()).toBe(true);
    }
  });
});

describe("TooManySessionsError", () => {
  it("is a SessionError", () => {
    expect(new TooManySessionsError("x")).toBeInstanceOf(SessionError);
  });
});
