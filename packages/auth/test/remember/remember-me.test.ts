import { encryptedCookie, memoryStore, serverSide, signedCookie } from "@coatcheck/core";
import { attributesOf, secret } from "@coatcheck/test-support";
import { browser } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { login, loginOf, rememberMe } from "../../src/index.ts";
import {
  cookieIn,
  putCookie,
  REMEMBER,
  recordingStore,
  rememberingSite,
  restart,
  revocableModes,
  SESSION,
  whoIs,
} from "../support/remember-site.ts";

const everyMode = [
  ...revocableModes(),
  { name: "signed cookie without revocations", mode: () => signedCookie({ secrets: secret() }) },
  { name: "encrypted cookie without revocations", mode: () => encryptedCookie({ secrets: secret() }) },
];

describe.each(everyMode)("rememberMe ($name)", ({ mode }) => {
  it("SEC-53 logs in by its cookie after the session has ended, and that login is not fresh", async () => {
    const { remembered, clock } = rememberingSite({ mode: mode() });
    const client = await remembered();
    expect(await whoIs(client)).toMatchObject({ subject: "eve", method: "password", authenticatedAt: clock.now() });
    clock.advance(25 * 3600);
    const { authenticatedAt, ...who } = await whoIs(client);
    expect(who).toMatchObject({ subject: "eve", method: "remember-me" });
    expect(authenticatedAt).toBeUndefined();
    expect(await whoIs(client)).toMatchObject({ subject: "eve", id: who.id });
  });

  it("SEC-52 replaces the cookie at each use", async () => {
    const { remembered, clock, events } = rememberingSite({ mode: mode() });
    const client = await remembered();
    const seen = new Set([await cookieIn(client)]);
    for (let use = 1; use <= 40; use++) {
      clock.advance(3600);
      await restart(client);
      expect((await whoIs(client)).subject).toBe("eve");
      seen.add(await cookieIn(client));
    }
    expect(seen.size).toBe(41);
    expect(events.map(({ type }) => type)).toEqual(["remembered", ...Array(40).fill("remember-restored")]);
  });

  it("does not remember a browser without the option remember", async () => {
    const { newBrowser, clock } = rememberingSite({ mode: mode() });
    const client = newBrowser();
    await client.fetch("/login?as=eve");
    expect(await cookieIn(client)).toBeUndefined();
    clock.advance(25 * 3600);
    expect(await whoIs(client)).toEqual({});
  });

  it("SEC-52 forgets the browser at a logout, so that a copy of its cookie is rejected", async () => {
    const { remembered } = rememberingSite({ mode: mode() });
    const client = await remembered();
    const thief = await client.clone();
    await client.fetch("/logout");
    expect(await cookieIn(client)).toBeUndefined();
    await restart(thief);
    expect(await whoIs(thief)).toEqual({});
  });

  it("SEC-52 forgets the browser at a logout even without its cookie, because another browser may have a copy", async () => {
    const { remembered } = rememberingSite({ mode: mode() });
    const client = await remembered();
    const thief = await client.clone();
    await putCookie(client, "");
    await client.fetch("/logout");
    await restart(thief);
    expect(await whoIs(thief)).toEqual({});
  });

  it("SEC-52 reports no theft when a request takes longer than the grace period", async () => {
    const { remembered, sessions, clock, events } = rememberingSite({ mode: mode() });
    const client = await remembered();
    await restart(client);
    const cookies = await client.cookieHeader();
    const slow = [1, 2].map(() => sessions.open(new Request("https://localhost/", { headers: { Cookie: cookies } })));
    for (const pending of slow) expect((await pending).subject).toBe("eve");
    for (const pending of slow) {
      await restart(client);
      await whoIs(client);
      clock.advance(60);
      const response = await sessions.commit(pending, new Response());
      const names = response.headers.getSetCookie().map((line) => line.split("=")[0]);
      // The record no longer leads from the used validator to the current one.
      expect(names).toEqual(pending === slow[0] ? [SESSION, REMEMBER] : [SESSION]);
    }
    expect(events).not.toContainEqual(expect.objectContaining({ type: "remember-theft" }));
    await restart(client);
    expect((await whoIs(client)).subject).toBe("eve");
  });

  it("SEC-52 forgets the browser at a logout whose handler throws", async () => {
    const { remembered } = rememberingSite({ mode: mode() });
    const client = await remembered();
    await expect(client.fetch("/logout?throw")).rejects.toThrow("the handler threw");
    await restart(client);
    expect(await whoIs(client)).toEqual({});
  });

  it("SEC-52 forgets a browser that logs out in the request that restores its session", async () => {
    const { remembered } = rememberingSite({ mode: mode() });
    const client = await remembered();
    await restart(client);
    const thief = await client.clone();
    await client.fetch("/logout");
    expect(await whoIs(client)).toEqual({});
    expect(await whoIs(thief)).toEqual({});
  });

  it("does not use up the cookie when the request fails", async () => {
    const { remembered, clock } = rememberingSite({ mode: mode() });
    const client = await remembered();
    await restart(client);
    const before = await cookieIn(client);
    expect((await client.fetch("/?fail")).status).toBe(500);
    await expect(client.fetch("/?throw")).rejects.toThrow("the handler threw");
    expect(await cookieIn(client)).toBe(before);
    clock.advance(3600);
    expect((await whoIs(client)).subject).toBe("eve");
  });

  it("SEC-52 accepts a used cookie within its grace period, and gives both tabs the same new one", async () => {
    const { remembered, clock, events } = rememberingSite({ mode: mode() });
    const client = await remembered();
    await restart(client);
    const late = await client.clone();
    expect((await whoIs(client)).subject).toBe("eve");
    clock.advance(59.999);
    expect((await whoIs(late)).subject).toBe("eve");
    expect((await cookieIn(late)) === (await cookieIn(client))).toBe(true);
    expect(events).not.toContainEqual(expect.objectContaining({ type: "remember-theft" }));
  });

  it("SEC-52 gives the current cookie to a tab that missed several uses within the grace period", async () => {
    const { remembered, clock } = rememberingSite({ mode: mode() });
    const client = await remembered();
    await restart(client);
    const late = await client.clone();
    for (let use = 0; use < 5; use++) {
      await restart(client);
      await whoIs(client);
      clock.advance(10);
    }
    expect((await whoIs(late)).subject).toBe("eve");
    expect((await cookieIn(late)) === (await cookieIn(client))).toBe(true);
  });

  it("SEC-52 ends everything from a login when a used cookie comes back after its grace period", async () => {
    const { remembered, clock, events } = rememberingSite({ mode: mode() });
    const client = await remembered();
    const thief = await client.clone();
    await restart(thief);
    await whoIs(thief);
    clock.advance(60);
    await restart(client);
    const response = await client.fetch("/");
    expect(await response.json()).toEqual({});
    expect(await cookieIn(client)).toBeUndefined();
    await restart(thief);
    expect(await whoIs(thief)).toEqual({});
    const [{ family } = { family: "" }] = events as readonly { readonly family?: string }[];
    expect(events.slice(-2)).toEqual([
      { type: "remember-theft", family, subject: "eve" },
      { type: "remember-rejected", reason: "not-found" },
    ]);
  });

  it("SEC-52 remembers for its lifetime only, however often the cookie is used", async () => {
    const { remembered, clock } = rememberingSite({ mode: mode(), lifetime: 10 * 24 * 3600 });
    const client = await remembered();
    const began = clock.now();
    for (let day = 1; day <= 9; day++) {
      clock.set(began + day * 24 * 3600_000);
      await restart(client);
      expect((await whoIs(client)).subject).toBe("eve");
    }
    clock.set(began + 10 * 24 * 3600_000 - 1);
    await restart(client);
    const copy = await client.clone();
    expect((await whoIs(client)).subject).toBe("eve");
    clock.advance(0.001);
    expect(await whoIs(copy)).toEqual({});
  });

  it("restarts the lifetime at a login, and ends the sessions of the previous login", async () => {
    const { remembered, clock } = rememberingSite({ mode: mode(), lifetime: 10 * 24 * 3600 });
    const client = await remembered();
    const thief = await client.clone();
    clock.advance(9 * 24 * 3600);
    await client.fetch("/login?as=eve&remember=true");
    expect(await whoIs(thief)).toEqual({});
    clock.advance(9 * 24 * 3600);
    expect((await whoIs(client)).subject).toBe("eve");
  });

  it("keeps the browser remembered at a login of the same subject without the option remember", async () => {
    const { remembered, sessions, clock } = rememberingSite({ mode: mode() });
    const client = await remembered();
    const before = await cookieIn(client);
    const { id } = await whoIs(client, "/login?as=eve");
    expect(await cookieIn(client)).toBe(before);
    clock.advance(25 * 3600);
    expect((await whoIs(client)).subject).toBe("eve");
    // The new session of this login is a member of the family too.
    await sessions.revoke(id ?? "").catch(({ code }) => expect(code).toBe("UNSUPPORTED"));
    await restart(client);
    expect(await whoIs(client)).toEqual({});
  });

  it("forgets the browser at a login with remember: false, and at a login of another subject", async () => {
    for (const path of ["/login?as=eve&remember=false", "/login?as=grace", "/bind?as=grace"]) {
      const { remembered } = rememberingSite({ mode: mode() });
      for (const isRestarted of [false, true]) {
        const client = await remembered();
        if (isRestarted) await restart(client);
        const thief = await client.clone();
        expect((await whoIs(client, path)).subject).toBe(path.includes("grace") ? "grace" : "eve");
        expect(await cookieIn(client)).toBeUndefined();
        await restart(thief);
        expect(await whoIs(thief)).toEqual({});
      }
    }
  });

  it("forgets another subject whose cookie is in the browser at a login", async () => {
    const { remembered } = rememberingSite({ mode: mode() });
    const [client, other] = [await remembered("eve"), await remembered("grace")];
    await putCookie(client, (await cookieIn(other)) ?? "");
    await client.fetch("/login?as=eve");
    expect(await cookieIn(client)).toBeUndefined();
    await restart(other);
    expect(await whoIs(other)).toEqual({});
  });

  it("SEC-52 is ended by revokeAll, except for the browser of the spared session", async () => {
    const { remembered, sessions } = rememberingSite({ mode: mode() });
    const [mine, other] = [await remembered(), await remembered()];
    const stranger = await remembered("grace");
    const { id } = await whoIs(mine);
    await sessions.revokeAll("eve", { except: id }).catch(({ code }) => expect(code).toBe("UNSUPPORTED"));
    for (const client of [mine, other, stranger]) await restart(client);
    expect(await whoIs(other)).toEqual({});
    expect((await whoIs(mine)).subject).toBe("eve");
    expect((await whoIs(stranger)).subject).toBe("grace");
    await sessions.revokeAll("eve").catch(({ code }) => expect(code).toBe("UNSUPPORTED"));
    await restart(mine);
    expect(await whoIs(mine)).toEqual({});
  });

  it("SEC-24 forgets the browser of a revoked session, also after that session was replaced", async () => {
    for (const path of ["/login?as=eve&remember=true", "/", "/regenerate", "/login?as=eve"]) {
      const { remembered, sessions } = rememberingSite({ mode: mode() });
      const client = await remembered();
      if (path === "/") await restart(client);
      const { id = "" } = await whoIs(client, path);
      await sessions.revoke(id).catch(({ code }) => expect(code).toBe("UNSUPPORTED"));
      await restart(client);
      expect(await whoIs(client), path).toEqual({});
    }
  });
});

describe.each(revocableModes())("sessions from a remembered login ($name)", ({ mode }) => {
  it("SEC-52 end after a theft, both the thief's and the user's", async () => {
    const { remembered, clock } = rememberingSite({ mode: mode() });
    const client = await remembered();
    const victim = await client.clone();
    const thief = await client.clone();
    await restart(thief);
    await whoIs(thief);
    await thief.fetch("/regenerate");
    clock.advance(60);
    await restart(victim);
    expect(await whoIs(victim)).toEqual({});
    for (const one of [thief, client]) {
      expect((await whoIs(one)).subject).toBeUndefined();
    }
  });

  it("SEC-22 end at a logout, also those of parallel tabs", async () => {
    const { remembered } = rememberingSite({ mode: mode() });
    const client = await remembered();
    await restart(client);
    const tab = await client.clone();
    await Promise.all([whoIs(client), whoIs(tab)]);
    await client.fetch("/logout");
    expect(await whoIs(tab)).toEqual({});
  });

  it("SEC-24 end once when many are revoked in parallel, some of them repeatedly", async () => {
    const { remembered, sessions, clock, events } = rememberingSite({ mode: mode(), lifetime: 3600 });
    const client = await remembered();
    const ids: string[] = [];
    for (let use = 0; use < 12; use++) {
      await restart(client);
      clock.advance(10);
      ids.push((await whoIs(client)).id ?? "");
    }
    await Promise.all(ids.flatMap((id) => [sessions.revoke(id), sessions.revoke(id), sessions.revokeAll("eve")]));
    expect(await whoIs(client)).toEqual({});
    expect(events.filter(({ type }) => type === "remember-ended")).toHaveLength(1);
  });

  it("are limited to the newest 50", async () => {
    const { remembered, clock } = rememberingSite({ mode: mode(), lifetime: 3600 });
    const client = await remembered();
    const first = await client.clone();
    const tabs = [];
    for (let use = 0; use < 50; use++) {
      await restart(client);
      clock.advance(10);
      await whoIs(client);
      tabs.push(await client.clone());
    }
    for (const tab of [first, ...tabs]) await putCookie(tab, "");
    expect(await whoIs(first)).toEqual({});
    for (const tab of tabs) expect((await whoIs(tab)).subject).toBe("eve");
  });
});

describe("the remember-me cookie", () => {
  it("SEC-30 SEC-32 is __Host-, Secure, HttpOnly and Lax, with a matching Max-Age, and is removed with the same attributes", async () => {
    const { newBrowser, clock } = rememberingSite();
    const client = newBrowser();
    const find = (response: Response) =>
      response.headers.getSetCookie().find((line) => line.startsWith(`${REMEMBER}=`)) ?? "";
    const issued = find(await client.fetch("/login?as=eve&remember=true"));
    expect(attributesOf(issued)).toEqual(["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);
    expect(issued).toContain(`; Max-Age=${30 * 24 * 3600}`);
    clock.advance(25 * 3600);
    const rotated = find(await client.fetch("/"));
    expect(attributesOf(rotated)).toEqual(attributesOf(issued));
    expect(rotated).toContain(`; Max-Age=${30 * 24 * 3600 - 25 * 3600}`);
    const removed = find(await client.fetch("/logout"));
    expect(attributesOf(removed)).toEqual(attributesOf(issued));
    expect(removed).toContain("; Max-Age=0");
  });

  it("SEC-04 is checked for its form before the store is called", async () => {
    const store = memoryStore();
    let loads = 0;
    const counting = {
      ...store,
      load: (key: string) => {
        loads += 1;
        return store.load(key);
      },
    };
    const { newBrowser, events } = rememberingSite({ store: counting });
    const half = "A".repeat(43);
    const wrong = ["x", "..", half, `${half}.`, `.${half}`, `${half}.${half}.`, `${half}.${half}.${half}`];
    for (const value of [...wrong, `${half}.${half.slice(1)}B`, `${half}.../../${half}`, "A".repeat(100_000)]) {
      const client = newBrowser();
      await putCookie(client, value);
      expect(await whoIs(client)).toEqual({});
    }
    expect(loads).toBe(0);
    expect(new Set(events.map((event) => JSON.stringify(event)))).toEqual(
      new Set([JSON.stringify({ type: "remember-rejected", reason: "malformed" })]),
    );
  });

  it("SEC-03 SEC-13 is rejected if it was never issued, without a record and without clearing it", async () => {
    const store = recordingStore();
    const { newBrowser, events } = rememberingSite({ store });
    const client = newBrowser();
    await putCookie(client, `${"A".repeat(43)}.${"A".repeat(43)}`);
    const response = await client.fetch("/cart");
    expect(await response.json()).not.toHaveProperty("subject");
    expect(response.headers.getSetCookie().map((line) => line.split("=")[0])).toEqual([SESSION]);
    expect(events).toEqual([{ type: "remember-rejected", reason: "not-found" }]);
    expect(store.keys.size).toBe(0);
  });

  it("SEC-36 is rejected when the request carries it twice", async () => {
    const { remembered, fetch, events } = rememberingSite();
    const client = await remembered();
    const cookie = `${REMEMBER}=${await cookieIn(client)}`;
    const request = new Request("https://localhost/", { headers: { Cookie: `${cookie}; ${cookie}` } });
    expect(await (await fetch(request)).json()).toEqual({});
    expect(events.at(-1)).toEqual({ type: "remember-rejected", reason: "duplicate-cookie" });
  });

  it("SEC-13 is never accepted as a session cookie, nor the other way round, when both share a store", async () => {
    const store = memoryStore();
    const { remembered, newBrowser, sessions } = rememberingSite({ store, mode: serverSide(store) });
    const client = await remembered();
    const [selector = "", validator = ""] = (await cookieIn(client))?.split(".") ?? [];
    const sessionId = (await cookieIn(client, SESSION)) ?? "";
    for (const value of [selector, validator]) {
      const thief = newBrowser();
      await putCookie(thief, value, SESSION);
      expect(await whoIs(thief)).toEqual({});
    }
    for (const value of [`${sessionId}.${validator}`, `${sessionId}.${sessionId}`, `${validator}.${selector}`]) {
      const thief = newBrowser();
      await putCookie(thief, value);
      expect(await whoIs(thief)).toEqual({});
    }
    expect(await sessions.list("eve")).toHaveLength(1);
    expect((await whoIs(client)).subject).toBe("eve");
    expect(await sessions.revokeAll("eve")).toBe(1);
    await restart(client);
    expect(await whoIs(client)).toEqual({});
  });

  it("SEC-13 is never accepted under another cookie name, when both share a store", async () => {
    const store = memoryStore();
    const { remembered } = rememberingSite({ store });
    const admin = rememberingSite({ store, cookie: { name: "__Host-remember-admin" } });
    const client = await remembered();
    const thief = admin.newBrowser();
    await putCookie(thief, (await cookieIn(client)) ?? "", "__Host-remember-admin");
    expect(await whoIs(thief)).toEqual({});
  });

  it("SEC-52 cannot be combined from two others, and the attempt ends the family of the selector", async () => {
    const { remembered, newBrowser, events } = rememberingSite();
    const [eve, grace] = [await remembered("eve"), await remembered("grace")];
    const [selector] = (await cookieIn(eve))?.split(".") ?? [];
    const [, validator] = (await cookieIn(grace))?.split(".") ?? [];
    const thief = newBrowser();
    await putCookie(thief, `${selector}.${validator}`);
    expect(await whoIs(thief)).toEqual({});
    expect(events.at(-1)).toMatchObject({ type: "remember-theft", subject: "eve" });
    await restart(grace);
    expect((await whoIs(grace)).subject).toBe("grace");
  });

  it("SEC-52 SEC-02 cannot be made from stored records or events", async () => {
    const store = recordingStore();
    const { remembered, newBrowser, events } = rememberingSite({ store });
    const client = await remembered();
    await restart(client);
    await whoIs(client);
    const cookies = await client.cookieHeader();
    const secrets = cookies.split(/[=.; ]+/).filter((part) => part.length === 43);
    expect(secrets).toHaveLength(3);
    const records = await Promise.all([...store.keys].map(async (key) => ({ key, ...(await store.load(key)) })));
    const stolen = JSON.stringify([records, events]);
    for (const part of secrets) expect(stolen.includes(part)).toBe(false);
    const parts = new Set(stolen.match(/[\w-]{43}/g));
    expect(parts.size).toBeGreaterThan(5);
    for (const selector of parts) {
      for (const validator of parts) {
        const thief = newBrowser();
        await putCookie(thief, `${selector}.${validator}`);
        expect(await whoIs(thief)).toEqual({});
      }
    }
    expect(events).not.toContainEqual(expect.objectContaining({ type: "remember-theft" }));
    await restart(client);
    expect((await whoIs(client)).subject).toBe("eve");
  });

  it("has a record of a few kilobytes, however often it is used within the grace period", async () => {
    const store = recordingStore();
    const { remembered, events } = rememberingSite({ store });
    const client = await remembered();
    for (let use = 0; use < 40; use++) {
      await restart(client);
      expect((await whoIs(client)).subject).toBe("eve");
    }
    const [first] = events;
    const record = await store.load(first !== undefined && "family" in first ? first.family : "");
    expect(record?.data.length).toBeLessThan(4096);
  });

  it("works for any subject, also one that looks like an internal name", async () => {
    const { remembered, events, sessions } = rememberingSite();
    const eve = await remembered("eve");
    const [first] = events;
    const family = first !== undefined && "family" in first ? first.family : "";
    for (const subject of ["__proto__", "é💥", `family/${family}`, `group ${family}`, `remember group ${family}`]) {
      const client = await remembered(subject);
      await restart(client);
      expect((await whoIs(client)).subject).toBe(subject);
      await sessions.revokeAll(subject);
      await restart(client);
      expect(await whoIs(client)).toEqual({});
    }
    expect((await whoIs(eve)).subject).toBe("eve");
    await restart(eve);
    expect((await whoIs(eve)).subject).toBe("eve");
  });
});

describe("rememberMe with endsAt and sid", () => {
  it("restores sessions with the endsAt and the sid of the login", async () => {
    const { clock, sessions } = rememberingSite();
    const endsAt = clock.now() + 3600_000;
    const client = browser({
      fetch: sessions.wrap(async (request, pending) => {
        const session = await pending;
        if (request.url.endsWith("/login")) await login(session, "eve", { remember: true, sid: "sid-1", endsAt });
        return Response.json({ subject: session.subject, sid: loginOf(session).sid });
      }),
    });
    await client.fetch("/login");
    await restart(client);
    expect(await (await client.fetch("/")).json()).toEqual({ subject: "eve", sid: "sid-1" });
    clock.set(endsAt - 1);
    expect(await (await client.fetch("/")).json()).toEqual({ subject: "eve", sid: "sid-1" });
    clock.set(endsAt);
    expect(await (await client.fetch("/")).json()).toEqual({});
  });
});

describe("options of rememberMe", () => {
  it("are rejected at construction when they are invalid", () => {
    const store = memoryStore();
    const { listBySubject: _, ...bare } = store;
    const wrong: readonly unknown[] = [
      undefined,
      {},
      { store: {} },
      { store: bare },
      { store: { ...store, traits: { atomic: false, consistency: "strong" } } },
      { store: { ...store, traits: { atomic: true, consistency: "eventual" } } },
      { store, cookie: { name: "__Host-remember", domain: "example.com" } },
      { store, cookie: { secure: false } },
      ...[0, -1, 9, 601, Number.NaN, "60"].map((grace) => ({ store, grace })),
      ...[0, 60, 401 * 24 * 3600, Number.NaN, Number.POSITIVE_INFINITY].map((lifetime) => ({ store, lifetime })),
      { store, timeout: 0 },
    ];
    for (const options of wrong) {
      expect(() => rememberMe(options as never)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    }
  });

  it("are rejected at the first login when cookie.name is that of the session cookie", async () => {
    const { remembered } = rememberingSite({ cookie: { name: SESSION } });
    await expect(remembered()).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });
});
