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
  async function loggedIn(subject?: string) {
    const browser = newDevice();
    await browser.login(subject);
    return browser;
  }
  return { sessions, events, newDevice, loggedIn };
}

for (const { name, open } of listingModes()) {
  describe(`sessionLimit, ${name}`, () => {
    it("SEC-25 ends the oldest login for a new one", async () => {
      const { loggedIn, events, sessions } = setUp("evict-oldest", { mode: open().mode });
      const first = await loggedIn();
      const { result: id } = await first.visit((session) => session.id);
      const [second, other, third] = [await loggedIn(), await loggedIn("grace"), await loggedIn()];
      const alive = [first, second, third, other].map((each) => each.isAlive());
      expect(await Promise.all(alive)).toEqual([false, true, true, true]);
      expect(events).toEqual([{ type: "session-evicted", subject: "eve", id }]);
      expect(await devicesOf(sessions, "eve")).toHaveLength(2);
    });

    it("SEC-25 refuses a new login, with no cookie and nothing kept, until another has ended", async () => {
      const { loggedIn, newDevice, events, sessions } = setUp("refuse", { mode: open().mode });
      const [first, second] = [await loggedIn(), await loggedIn()];
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
    it("SEC-25 counts a login that replaces a session of its browser as that one", async () => {
      const { loggedIn, events } = setUp(onExceed);
      const [first, second] = [await loggedIn(), await loggedIn()];
      for (const each of [first, second, first, first]) await each.login();
      await second.visit((session) => session.regenerate());
      expect([await first.isAlive(), await second.isAlive()]).toEqual([true, true]);
      expect(events).toEqual([]);
    });

    it("does not count what has expired", async () => {
      const clock = fakeClock();
      const { loggedIn, events } = setUp(onExceed, { now: clock.now });
      await loggedIn();
      await loggedIn();
      clock.advance(24 * 3600);
      await loggedIn();
      expect(events).toEqual([]);
    });

    it("SEC-25 counts sessions as one that were restored for one browser by requests at once", async () => {
      const { loggedIn, newDevice, events, sessions } = setUp(onExceed);
      const other = await loggedIn();
      const tabs = Array.from({ length: 5 }, () => newDevice({ Remembered: "one", Asks: "yes" }));
      await Promise.all(tabs.map(({ visit }) => visit(() => {})));
      const late = newDevice({ Remembered: "one", Asks: "yes" });
      await late.visit(() => {});
      tabs.push(late);
      for (const each of [...tabs, other]) expect(await each.isAlive()).toBe(true);
      expect(events).toEqual([]);
      const third = newDevice();
      const comes = third.login();
      if (onExceed === "refuse") await expect(comes).rejects.toMatchObject(tooMany);
      else await comes;
      await other.visit((session) => session.destroy());
      const fourth = newDevice({ Remembered: "two", Asks: "yes" });
      const fifth = newDevice({ Remembered: "three", Asks: "yes" });
      await fourth.visit(() => {});
      if (onExceed === "refuse") await expect(fifth.visit(() => {})).rejects.toMatchObject(tooMany);
      else await fifth.visit(() => {});
      const alive = await Promise.all([...tabs, third, fourth, fifth].map((each) => each.isAlive()));
      const isTabs = onExceed === "refuse";
      expect(alive).toEqual([...tabs.map(() => isTabs), false, true, onExceed === "evict-oldest"]);
      expect(await devicesOf(sessions, "eve")).toHaveLength(isTabs ? 7 : 2);
    });

    it("refuses at construction what is no limit, and a mode that cannot count", () => {
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

    it("says at a login that a store finds no subjects, and nobody is logged in", async () => {
      const { traits, load, create, update, touch, delete: remove } = memoryStore();
      const bare: SessionStore = { traits, load, create, update, touch, delete: remove };
      const { newDevice } = setUp(onExceed, { mode: serverSide(bare) });
      const browser = newDevice();
      await expect(browser.login()).rejects.toMatchObject({ code: "UNSUPPORTED" });
      expect(await browser.isAlive()).toBe(false);
    });

    it("SEC-25 holds sessions to it that came without a login", async () => {
      const { loggedIn, newDevice, sessions } = setUp(onExceed);
      await loggedIn();
      await loggedIn();
      const third = newDevice({ Remembered: "yes" });
      const comes = third.visit(() => {});
      if (onExceed === "refuse") await expect(comes).rejects.toMatchObject(tooMany);
      else await comes;
      expect(await third.isAlive()).toBe(onExceed === "evict-oldest");
      expect(await devicesOf(sessions, "eve")).toHaveLength(2);
    });
  });
}

describe("sessionLimit on servers whose clocks differ by 5 s", () => {
  it("SEC-25 keeps the latest login, on whichever of them", async () => {
    const clock = fakeClock();
    const mode = serverSide(memoryStore());
    const ahead = setUp("evict-oldest", { max: 1, mode, now: () => clock.now() + 5_000 });
    const behind = setUp("evict-oldest", { max: 1, mode, now: clock.now });
    let last = await ahead.loggedIn();
    for (const server of [behind, behind, ahead, behind, ahead]) {
      clock.advance(1);
      const next = await server.loggedIn();
      expect([await last.isAlive(), await next.isAlive()]).toEqual([false, true]);
      last = next;
    }
  });

  it("SEC-25 refuses the latest login, on whichever of them", async () => {
    const clock = fakeClock();
    const mode = serverSide(memoryStore());
    const ahead = setUp("refuse", { max: 1, mode, now: () => clock.now() + 5_000 });
    const behind = setUp("refuse", { max: 1, mode, now: clock.now });
    const first = await ahead.loggedIn();
    for (const server of [behind, ahead]) {
      clock.advance(1);
      await expect(server.loggedIn()).rejects.toBeInstanceOf(TooManySessionsError);
      expect(await first.isAlive()).toBe(true);
    }
  });
});

describe("TooManySessionsError", () => {
  it("is one of the errors of coatcheck", () => {
    expect(new TooManySessionsError("x")).toBeInstanceOf(SessionError);
  });
});
