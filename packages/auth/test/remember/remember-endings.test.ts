import { AccountManager, login, logout, providerSessions, rememberMe, revokeOtherSessions } from "@coatcheck/auth";
import { memoryStore, serverSide } from "@coatcheck/core";
import { fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { device } from "../support/device.ts";
import { restart, revocableModes } from "../support/remember-site.ts";

function setUp(mode = serverSide(memoryStore())) {
  const clock = fakeClock();
  const providerStore = memoryStore({ now: clock.now });
  const provider = providerSessions({ store: providerStore });
  const sessions = new AccountManager<{ note: string }>({
    mode,
    now: clock.now,
    lifetime: { idle: 900, absolute: 12 * 3600 },
    extensions: [rememberMe({ store: memoryStore({ now: clock.now }) }), provider],
  });
  const browser = device(sessions);
  const who = async () => (await browser.visit(({ subject }) => subject)).result;
  return { clock, providerStore, provider, sessions, ...browser, who };
}

describe.each(revocableModes())("a session that is restored while its remembered login ends ($name)", ({ mode }) => {
  for (const [name, end] of Object.entries({
    "a revokeAll": (sessions: AccountManager<{ note: string }>) => sessions.revokeAll("eve"),
    "its own revokeOtherSessions": async () => 0,
  })) {
    it(`SEC-22 SEC-52 is ended by ${name}`, async () => {
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

  it("SEC-52 stays remembered, by another cookie, when the user logged in with it", async () => {
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

  it("SEC-52 does not come back after a logout whose later write fails", async () => {
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

  it("SEC-52 is not remembered when a logout follows the login", async () => {
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

  it("SEC-24 is logged out before the handler sees it, after the provider has ended it", async () => {
    const { clock, providerStore, provider, sessions, visit } = setUp(mode());
    await visit((session) => login(session, "eve", { remember: true, sid: "sid-1" }));
    clock.advance(13 * 3600);
    // The record of the session is gone with the session. Only the cookie of the browser is left.
    await providerStore.sweep(clock.now());
    await provider.revokeBySid(sessions, "sid-1");
    for (let request = 0; request < 2; request++) {
      expect((await visit(({ subject }) => subject)).result).toBeUndefined();
    }
  });
});
