import { AccountManager, devicesOf, listDevices, login, revokeDevice, revokeOtherDevices } from "@coatcheck/auth";
import { memoryStore, type SessionMode, type SessionStore, serverSide } from "@coatcheck/core";
import { cookieModes, visitor } from "@coatcheck/test-support";
import { fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { accountModes, listingModes } from "../support/account-modes.ts";
import { device, isAlive } from "../support/device.ts";

const FIREFOX = { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0" };
const SAFARI = {
  "User-Agent":
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
};

interface Data {
  cart: string;
}

function setUp(mode: SessionMode = serverSide(memoryStore()), lifetime = {}) {
  const clock = fakeClock();
  const sessions = new AccountManager<Data>({ mode, now: clock.now, lifetime });
  async function loggedIn(subject: string, headers: Record<string, string> = {}) {
    const browser = device(sessions, headers);
    await browser.visit((session) => login(session, subject, { method: "password" }));
    const { result } = await browser.visit(({ id = "" }) => id);
    return { ...browser, id: result, isAlive: () => isAlive(browser, sessions) };
  }
  return { clock, sessions, loggedIn };
}

for (const { name, open } of listingModes()) {
  describe(`devices, ${name}`, () => {
    it("SEC-27 tells people of each of their devices, with the one they sit at marked, and nothing to log in with", async () => {
      const { clock, sessions, loggedIn } = setUp(open().mode);
      const loggedInAt = clock.now();
      const desk = await loggedIn("eve", FIREFOX);
      clock.advance(2 * 3600);
      const phone = await loggedIn("eve", SAFARI);
      await loggedIn("grace", FIREFOX);
      clock.advance(60);
      const { result: devices } = await phone.visit((session) => listDevices(sessions, session));
      expect(devices).toEqual([
        {
          id: phone.id,
          label: "Safari on iOS",
          method: "password",
          createdAt: clock.now() - 60_000,
          authenticatedAt: clock.now() - 60_000,
          lastSeenAt: clock.now(),
          expiresAt: clock.now() - 60_000 + 24 * 3_600_000,
          isCurrent: true,
        },
        {
          id: desk.id,
          label: "Firefox on Linux",
          method: "password",
          createdAt: loggedInAt,
          authenticatedAt: loggedInAt,
          lastSeenAt: loggedInAt,
          expiresAt: loggedInAt + 24 * 3_600_000,
          isCurrent: false,
        },
      ]);
      for (const text of devices.flatMap((each) => Object.values(each))) {
        const thief = visitor(sessions);
        await thief.client.setCookie(`__Host-session=${text}; Path=/; Secure`);
        expect((await thief.visit(({ subject }) => subject)).result).toBeUndefined();
      }
    });

    it("SEC-24 ends one that its owner picks, and no other", async () => {
      const { sessions, loggedIn } = setUp(open().mode);
      const [desk, phone] = [await loggedIn("eve"), await loggedIn("eve")];
      expect(await revokeDevice(sessions, "eve", phone.id)).toBe(true);
      expect([await desk.isAlive(), await phone.isAlive()]).toEqual([true, false]);
      expect(await revokeDevice(sessions, "eve", phone.id)).toBe(false);
    });

    it("SEC-24 lets nobody end a device of somebody else by its id", async () => {
      const { sessions, loggedIn } = setUp(open().mode);
      const theirs = await loggedIn("grace");
      await loggedIn("eve");
      for (const id of [theirs.id, "", "../../x", "__proto__", theirs.id.toLowerCase()]) {
        expect(await revokeDevice(sessions, "eve", id)).toBe(false);
      }
      expect(await theirs.isAlive()).toBe(true);
    });

    it("SEC-24 lets an administrator see and end those of anybody", async () => {
      const { sessions, loggedIn } = setUp(open().mode);
      const [desk, phone, other] = [await loggedIn("eve"), await loggedIn("eve"), await loggedIn("grace")];
      const devices = await devicesOf(sessions, "eve");
      expect(devices.map(({ id }) => id).sort()).toEqual([desk.id, phone.id].sort());
      expect(devices.some(({ isCurrent }) => isCurrent)).toBe(false);
      await sessions.revoke(desk.id);
      expect([await desk.isAlive(), await phone.isAlive()]).toEqual([false, true]);
      expect(await sessions.revokeAll("eve")).toBe(1);
      expect([await phone.isAlive(), await other.isAlive()]).toEqual([false, true]);
    });
  });
}

for (const { name, canList, open } of accountModes()) {
  describe(`revokeOtherDevices, ${name}`, () => {
    it("SEC-24 ends all others of the subject, and not this one", async () => {
      const { sessions, loggedIn } = setUp(open().mode);
      const [desk, phone, tablet] = [await loggedIn("eve"), await loggedIn("eve"), await loggedIn("eve")];
      const other = await loggedIn("grace");
      const { result } = await phone.visit((session) => revokeOtherDevices(sessions, session));
      expect(result).toBe(canList ? 2 : undefined);
      const alive = [desk, phone, tablet, other].map((each) => each.isAlive());
      expect(await Promise.all(alive)).toEqual([false, true, false, true]);
    });

    it("SEC-24 ends all others in the request that logs in, too", async () => {
      const { sessions, loggedIn } = setUp(open().mode);
      const desk = await loggedIn("eve");
      const phone = device(sessions);
      await phone.visit(async (session) => {
        await login(session, "eve");
        await revokeOtherDevices(sessions, session);
      });
      expect([await desk.isAlive(), await isAlive(phone, sessions)]).toEqual([false, true]);
    });

    it("wants somebody logged in", async () => {
      const { sessions } = setUp(open().mode);
      const { visit } = device(sessions);
      await visit(async (session) => {
        await expect(revokeOtherDevices(sessions, session)).rejects.toMatchObject({ code: "INVALID_OPTION" });
        await expect(listDevices(sessions, session)).rejects.toMatchObject({ code: "INVALID_OPTION" });
      });
    });
  });
}

describe("Device.lastSeenAt", () => {
  it("follows what people do, and is behind by no more than the touch interval", async () => {
    const { clock, sessions, loggedIn } = setUp();
    const { visit } = await loggedIn("eve");
    let seenAt = clock.now();
    for (let round = 0; round < 20; round++) {
      clock.advance(3_599 * (round % 4));
      await visit(() => {});
      seenAt = clock.now();
      clock.advance(600);
      const [found] = await devicesOf(sessions, "eve");
      expect(found?.lastSeenAt).toBeLessThanOrEqual(seenAt);
      expect(found?.lastSeenAt).toBeGreaterThan(seenAt - 2.4 * 3_600_000);
    }
  });

  it("is never before the login nor after now, however the end of a session came about", async () => {
    const store = memoryStore();
    const { clock, sessions, loggedIn } = setUp(serverSide(store), { idle: 7200, absolute: 7200 });
    await loggedIn("eve");
    const loggedInAt = clock.now();
    clock.advance(3600);
    expect(await devicesOf(sessions, "eve")).toMatchObject([{ lastSeenAt: loggedInAt }]);
    const shortened = new AccountManager({ mode: serverSide(store), now: clock.now, lifetime: { idle: 60 } });
    expect(await devicesOf(shortened, "eve")).toMatchObject([{ lastSeenAt: clock.now() }]);
    const behind = new AccountManager({ mode: serverSide(store), now: () => loggedInAt - 5_000 });
    expect(await devicesOf(behind, "eve")).toMatchObject([{ lastSeenAt: loggedInAt - 5_000 }]);
  });
});

describe("devices", () => {
  it("says so where sessions cannot be found by their subject", async () => {
    const { traits, load, create, update, touch, delete: remove } = memoryStore();
    const bare: SessionStore = { traits, load, create, update, touch, delete: remove };
    for (const mode of [...cookieModes().map((each) => each.mode()), serverSide(bare)]) {
      const { sessions, loggedIn } = setUp(mode);
      const { visit } = await loggedIn("eve");
      const unsupported = { code: "UNSUPPORTED" };
      await expect(devicesOf(sessions, "eve")).rejects.toMatchObject(unsupported);
      await expect(revokeDevice(sessions, "eve", "x")).rejects.toMatchObject(unsupported);
      await visit(async (session) => {
        await expect(listDevices(sessions, session)).rejects.toMatchObject(unsupported);
        await expect(revokeOtherDevices(sessions, session)).rejects.toMatchObject(unsupported);
      });
    }
  });
});
