import type { Browser } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { listDevices, type SessionLimitEvent, type SessionLimitOptions, sessionLimit } from "../../src/index.ts";
import { cookieIn, rememberingSite, restart, whoIs } from "../support/remember-site.ts";

function siteWith(onExceed: NonNullable<SessionLimitOptions["onExceed"]>, max: number) {
  const evictions: SessionLimitEvent[] = [];
  const limit = sessionLimit({ max, onExceed, onEvent: (event) => evictions.push(event) });
  return { ...rememberingSite({ after: [limit] }), evictions };
}

/** Restarts a browser, which then opens that many tabs at once. */
async function reopen(client: Browser, count: number): Promise<Browser[]> {
  await restart(client);
  const tabs = await Promise.all(Array.from({ length: count }, () => client.clone()));
  await Promise.all(tabs.map((tab) => whoIs(tab)));
  return tabs;
}

describe.each(["evict-oldest", "refuse"] as const)("rememberMe with sessionLimit (%s)", (onExceed) => {
  it("SEC-25 counts tabs that are restored at once as one browser", async () => {
    const { remembered, newBrowser, evictions } = siteWith(onExceed, 2);
    const other = newBrowser();
    await other.fetch("/login?as=eve");
    const client = await remembered();
    for (let round = 0; round < 3; round++) {
      for (const tab of await reopen(client, 5)) expect(await whoIs(tab)).toMatchObject({ subject: "eve" });
      expect(await whoIs(other)).toMatchObject({ subject: "eve" });
    }
    expect(evictions).toEqual([]);
  });

  it("SEC-25 counts a login in a remembered browser as that browser", async () => {
    const { remembered, newBrowser, evictions } = siteWith(onExceed, 2);
    const other = newBrowser();
    await other.fetch("/login?as=eve");
    const client = await remembered();
    const [tab, second] = await reopen(client, 2);
    for (const path of ["/login?as=eve", "/regenerate", "/login?as=eve&remember=true"]) await tab?.fetch(path);
    expect(await whoIs(tab ?? client)).toMatchObject({ subject: "eve" });
    expect(await whoIs(other)).toMatchObject({ subject: "eve" });
    // The last login ended the previous family of the browser, and this session with it.
    expect(await whoIs(second ?? client)).toEqual({});
    expect(evictions).toEqual([]);
  });
});

describe("rememberMe with sessionLimit", () => {
  it("SEC-25 refuses other browsers until a remembered browser has logged out", async () => {
    const { remembered, newBrowser, events } = siteWith("refuse", 1);
    const client = await remembered();
    await restart(client);
    const cookie = await cookieIn(client);
    const other = newBrowser();
    // The session that the browser has lost still counts, and only its own browser can replace it.
    expect((await other.fetch("/login?as=eve").catch((error) => error)).code).toBe("TOO_MANY_SESSIONS");
    await client.fetch("/logout");
    const remembering = await remembered();
    await restart(remembering);
    await whoIs(remembering);
    await remembering.fetch("/logout");
    await other.fetch("/login?as=eve");
    expect(await whoIs(remembering)).toEqual({});
    expect(cookie).toBeDefined();
    expect(events.some((event) => event.type === "remember-rejected")).toBe(false);
  });

  it("SEC-25 keeps the cookie of a browser that is refused, and logs it in when another session has ended", async () => {
    const { sessions, remembered, newBrowser, events, clock } = siteWith("refuse", 1);
    const client = await remembered();
    // Its session idles out, and another browser logs in.
    clock.advance(25 * 3600);
    const other = newBrowser();
    await other.fetch("/login?as=eve");
    const cookie = await cookieIn(client);
    expect(await whoIs(client)).toEqual({});
    expect((await cookieIn(client)) === cookie).toBe(true);
    expect(events.at(-1)).toEqual({ type: "remember-rejected", reason: "too-many-sessions" });
    await other.fetch("/logout");
    expect(await whoIs(client)).toMatchObject({ subject: "eve", method: "remember-me" });
    expect(await sessions.list("eve")).toHaveLength(1);
  });

  it("SEC-25 SEC-52 forgets the browser whose sessions are evicted", async () => {
    const { remembered, newBrowser, evictions, events } = siteWith("evict-oldest", 1);
    const client = await remembered();
    const tabs = await reopen(client, 3);
    const other = newBrowser();
    await other.fetch("/login?as=eve");
    for (const tab of tabs) {
      expect(await whoIs(tab)).toEqual({});
      await restart(tab);
      expect(await whoIs(tab)).toEqual({});
    }
    expect(await whoIs(other)).toMatchObject({ subject: "eve" });
    expect(evictions.length).toBeGreaterThan(0);
    expect(events).toContainEqual(expect.objectContaining({ type: "remember-ended", reason: "revoked" }));
  });

  it("SEC-27 stores no part of a cookie in the login info", async () => {
    const { remembered, sessions } = siteWith("evict-oldest", 3);
    const client = await remembered();
    const cookies = await client.cookieHeader();
    for (const info of await sessions.list("eve")) {
      for (const value of Object.values(info.login ?? {})) expect(cookies.includes(String(value))).toBe(false);
    }
    const session = await sessions.open(new Request("https://localhost/", { headers: { Cookie: cookies } }));
    expect(await listDevices(sessions, session)).toHaveLength(1);
  });
});
