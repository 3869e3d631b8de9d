import { AccountManager, login, logout, providerSessions, rememberMe, revokeOtherSessions } from "@coatcheck/auth";
import { memoryStore, serverSide } from "@coatcheck/core";
import { fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { device } from "../support/device.ts";
import { restart, revocableModes } from "../support/remember-site.ts";

function setUp(mode = serverSide(memoryStore())) {
  const clock = fakeClock();
  const noted = memoryStore({ now: clock.now });
  const provider = providerSessions({ store: noted });
  const sessions = new AccountManager<{ note: string }>({
    mode,
    now: clock.now,
    lifetime: { idle: 900, absolute: 12 * 3600 },
    extensions: [rememberMe({ store: memoryStore({ now: clock.now }) }), provider],
  });
  const browser = device(sessions);
  const who = async () => (await browser.visit(({ subject }) => subject)).result;
  return { clock, noted, provider, sessions, ...browser, who };
}

describe.each(revocableModes())(
  "what a request makes of a remembered login that ends meanwhile ($name)",
  ({ mode }) => {
    for (const [name, end] of Object.entries({
      "a revokeAll": (sessions: AccountManager<{ note: string }>) => sessions.revokeAll("eve"),
      "a revokeOtherSessions of its own": async () => 0,
    })) {
      it(`SEC-22 SEC-52 is ended by ${name}, also when it renews what the browser is remembered by`, async () => {
        const { sessions, client, visit, who } = setUp(mode());
        await visit((session) => login(session, "eve", { remember: true }));
        await restart(client);
        const { cookies } = await visit(async (session) => {
          expect(session.subject).toBe("eve");
          await end(sessions);
          await revokeOtherSessions(sessions, session);
        });
        expect(cookies).toEqual([]);
        expect(await who()).toBeUndefined();
        await restart(client);
        expect(await who()).toBeUndefined();
      });
    }

    it("SEC-52 stays remembered, by another cookie, when its subject has proved who they are", async () => {
      const { sessions, client, visit, who } = setUp(mode());
      await visit((session) => login(session, "eve", { remember: true }));
      await restart(client);
      const thief = await client.clone();
      await visit(async (session) => {
        await login(session, "eve");
        await revokeOtherSessions(sessions, session);
      });
      expect(await who()).toBe("eve");
      await restart(client);
      expect(await who()).toBe("eve");
      expect(await thief.cookieHeader()).not.toBe(await client.cookieHeader());
    });

    it("SEC-52 does not come back after a logout whose farewell could not be kept", async () => {
      const { client, visit, who } = setUp(mode());
      await visit((session) => login(session, "eve", { remember: true }));
      const failing = visit((session) => {
        logout(session);
        session.set("note", "x".repeat(1_100_000));
      });
      await expect(failing).rejects.toMatchObject({ code: "SESSION_TOO_LARGE" });
      expect(await who()).toBeUndefined();
      await restart(client);
      expect(await who()).toBeUndefined();
    });

    it("SEC-52 is not begun by a login that a logout followed", async () => {
      const { client, visit, who } = setUp(mode());
      await visit(async (session) => {
        await login(session, "eve", { remember: true });
        logout(session);
        session.bind("eve");
      });
      expect(await who()).toBe("eve");
      await restart(client);
      expect(await who()).toBeUndefined();
    });

    it("SEC-24 is seen by no handler once the provider has ended it", async () => {
      const { clock, noted, provider, sessions, visit } = setUp(mode());
      await visit((session) => login(session, "eve", { remember: true, sid: "sid-1" }));
      clock.advance(13 * 3600);
      // Which sessions came of it nothing tells any more: there are none, and the browser has its cookie.
      await noted.sweep(clock.now());
      await provider.revokeBySid(sessions, "sid-1");
      for (let request = 0; request < 2; request++) {
        expect((await visit(({ subject }) => subject)).result).toBeUndefined();
      }
    });
  },
);

describe("AccountManager", () => {
  it("refuses what is no extension, and a second rememberMe", () => {
    const store = memoryStore();
    for (const extensions of [[undefined], ["x"], [rememberMe], [rememberMe({ store }), rememberMe({ store })]]) {
      expect(() => new AccountManager({ mode: serverSide(store), extensions: extensions as never })).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION" }),
      );
    }
  });

  it("refuses wrong options of revokeAll with one error", async () => {
    const { sessions } = setUp();
    await expect(sessions.revokeAll("eve", null as never)).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });
});
