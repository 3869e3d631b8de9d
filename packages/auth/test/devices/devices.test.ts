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
  async function newLogin(subject: string, headers: Record<string, string> = {}) {
    const browser = device(sessions, headers);
    await browser.visit((session) => login(session, subject, { method: "password" }));
    const { result } = await browser.visit(({ id = "" }) => id);
    return { ...browser, id: result, isAlive: () => isAlive(browser, sessions) };
  }
  return { clock, sessions, newLogin };
}

for (const { name, open } of listingModes()) {
  describe(`devices, ${name}`, () => {
    it("SEC-27 lists every device, marks the current one, and contains nothing to log in with", async () => {
      const { clock, sessions, newLogin } = setUp(open().mode);
      const loginAt = clock.now();
      const desk = await newLogin("eve", FIREFOX);
      clock.advance(2 * 3600);
      const phone = await newLogin("eve", SAFARI);
      await newLogin("grace", FIREFOX);
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
          createdAt: loginAt,
          authenticatedAt: loginAt,
          lastSeenAt: loginAt,
          expiresAt: loginAt + 24 * 3_600_000,
          isCurrent: false,
        },
      ]);
      for (const text of devices.flatMap((each) => Object.values(each))) {
        const thief = visitor(sessions);
        await thief.client.setCookie(`__Host-session=${text}; Path=/; Secure`);
        expect((await thief.visit(({ subject }) => subject)).result).toBeUndefined();
      }
    });

    it("SEC-24 ends the device that its owner chooses, and no other", async () => {
      const { sessions, newLogin } = setUp(open().mode);
      const [desk, phone] = [await newLogin("eve"), await newLogin("eve")];
      expect(await revokeDevice(sessions, "eve", phone.id)).toBe(true);
      expect([await desk.isAlive(), await phone.isAlive()]).toEqual([true, false]);
      expect(await revokeDevice(sessions, "eve", phone.id)).toBe(false);
    });

    it("SEC-24 does not end a device of another subject by its id", async () => {
      const { sessions, newLogin } = setUp(open().mode);
      const theirs = await newLogin("grace");
      await newLogin("eve");
      for (const id of [theirs.id, "", "../../x", "__proto__", theirs.id.toLowerCase()]) {
        expect(await revokeDevice(sessions, "eve", id)).toBe(false);
      }
      expect(await theirs.isAlive()).toBe(true);
    });

    it("SEC-24 lets an administrator list and end the devices of any subject", async () => {
      const { sessions, newLogin } = setUp(open().mode);
      const [desk, phone, other] = [await newLogin("eve"), await newLogin("eve"), await newLogin("grace")];
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
    it("SEC-24 ends all other sessions of the subject, and not the current one", async () => {
      const { sessions, newLogin } = setUp(open().mode);
      const [desk, phone, tablet] = [await newLogin("eve"), await newLogin("eve"), await newLogin("eve")];
      const other = await newLogin("grace");
      const { result } = await phone.visit((session) => revokeOtherDevices(sessions, session));
      expect(result).toBe(canList ? 2 : undefined);
      const alive = [desk, phone, tablet, other].map((each) => each.isAlive());
      expect(await Promise.all(alive)).toEqual([false, true, false, true]);
    });

    it("SEC-24 ends all other sessions also in the request that logs in", async () => {
      const { sessions, newLogin } = setUp(open().mode);
      const desk = await newLogin("eve");
      const phone = device(sessions);
      await phone.visit(async (session) => {
        await login(session, "eve");
        await revokeOtherDevices(sessions, session);
      });
      expect([await desk.isAlive(), await isAlive(phone, sessions)]).toEqual([false, true]);
    });

    it("rejects an anonymous session", async () => {
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
  it("follows the use of the session, and lags by at most the touch interval", async () => {
    const { clock, sessions, newLogin } = setUp();
    const { visit } = await newLogin("eve");
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

  it("is never before the login or after now, for any timeouts and clocks", async () => {
    const store = memoryStore();
    const { clock, sessions, newLogin } = setUp(serverSide(store), { idle: 7200, absolute: 7200 });
    await newLogin("eve");
    const loginAt = clock.now();
    clock.advance(3600);
    expect(await devicesOf(sessions, "eve")).toMatchObject([{ lastSeenAt: loginAt }]);
    const shortened = new AccountManager({ mode: serverSide(store), now: clock.now, lifetime: { idle: 60 } });
    expect(await devicesOf(shortened, "eve")).toMatchObject([{ lastSeenAt: clock.now() }]);
    const behind = new AccountManager({ mode: serverSide(store), now: () => loginAt - 5_000 });
    expect(await devicesOf(behind, "eve")).toMatchObject([{ lastSeenAt: loginAt - 5_000 }]);
  });
});

describe("devices", () => {
  it("throws UNSUPPORTED where sessions cannot be listed by subject", async () => {
    const { traits, load, create, update, touch, delete: remove } = memoryStore();
    const bare: SessionStore = { traits, load, create, update, touch, delete: remove };
    for (const mode of [...cookieModes().map((each) => each.mode()), serverSide(bare)]) {
      const { sessions, newLogin } = setUp(mode);
      const { visit } = await newLogin("eve");
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
