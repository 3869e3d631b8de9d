import { describe, expect, it } from "vitest";
import { cookieIn, putCookie, rememberingSite, restart, revocableModes, whoIs } from "../support/remember-site.ts";

describe.each(revocableModes())("rememberMe after revokeOtherSessions ($name)", ({ mode }) => {
  it("SEC-52 forgets the other browsers of the subject, and those of no other subject", async () => {
    const { remembered } = rememberingSite({ mode: mode() });
    const [mine, lost, other] = [await remembered(), await remembered(), await remembered("grace")];
    await mine.fetch("/password");
    for (const client of [mine, lost, other]) await restart(client);
    expect(await whoIs(mine)).toMatchObject({ subject: "eve", method: "remember-me" });
    expect(await whoIs(lost)).toEqual({});
    expect(await whoIs(other)).toMatchObject({ subject: "grace" });
  });

  it("SEC-52 gives this browser another cookie, and rejects a copy of the previous one", async () => {
    const { remembered, events } = rememberingSite({ mode: mode() });
    const mine = await remembered();
    const thief = await mine.clone();
    await mine.fetch("/password");
    await restart(thief);
    expect(await whoIs(thief)).toEqual({});
    await restart(mine);
    expect(await whoIs(mine)).toMatchObject({ subject: "eve", method: "remember-me" });
    expect(events.map(({ type }) => type)).not.toContain("remember-theft");
    expect(events).toContainEqual(expect.objectContaining({ type: "remember-ended", reason: "renewed" }));
  });

  it("SEC-52 gives another cookie to a restored session whose browser has lost the cookie", async () => {
    const { remembered } = rememberingSite({ mode: mode() });
    const mine = await remembered();
    await restart(mine);
    await whoIs(mine);
    const cookie = (await cookieIn(mine)) ?? "";
    await mine.setCookie("__Host-remember=; Path=/; Secure; Max-Age=0");
    await mine.fetch("/password");
    expect(await cookieIn(mine)).toBeDefined();
    const thief = await mine.clone();
    await restart(thief);
    await putCookie(thief, cookie);
    expect(await whoIs(thief)).toEqual({});
    expect(await whoIs(mine)).toMatchObject({ subject: "eve" });
  });

  it("SEC-52 does not extend the lifetime", async () => {
    const { remembered, clock } = rememberingSite({ mode: mode(), lifetime: 10 * 24 * 3600 });
    const mine = await remembered();
    for (let day = 0; day < 9; day++) {
      clock.advance(24 * 3600);
      await whoIs(mine);
    }
    await mine.fetch("/password");
    clock.advance(24 * 3600 - 1);
    await restart(mine);
    expect(await whoIs(mine)).toMatchObject({ subject: "eve" });
    await restart(mine);
    clock.advance(1);
    expect(await whoIs(mine)).toEqual({});
  });

  it("does not remember a browser that was not remembered before", async () => {
    const { newBrowser } = rememberingSite({ mode: mode() });
    const mine = newBrowser();
    await mine.fetch("/login?as=eve");
    await mine.fetch("/password");
    expect(await whoIs(mine)).toMatchObject({ subject: "eve" });
    expect(await cookieIn(mine)).toBeUndefined();
  });

  it("SEC-52 keeps this browser remembered as before when the handler fails afterwards", async () => {
    const { remembered } = rememberingSite({ mode: mode() });
    const mine = await remembered();
    const cookie = await cookieIn(mine);
    expect((await mine.fetch("/password?fail")).status).toBe(500);
    expect((await cookieIn(mine)) === cookie).toBe(true);
    await restart(mine);
    expect(await whoIs(mine)).toMatchObject({ subject: "eve" });
  });
});
