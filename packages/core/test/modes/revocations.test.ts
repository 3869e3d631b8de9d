import { memoryStore } from "@coatcheck/core";
import { secret } from "@coatcheck/test-support";
import { browser } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { COOKIE_MODES, read, serverOf, siteOf } from "./revocation-site.ts";

for (const { name, cookieMode } of COOKIE_MODES) {
  const setUp = () => siteOf(cookieMode);

  describe(`session.destroy with revocations, ${name}`, () => {
    it("SEC-22 ends copies of the cookie, also of an anonymous session", async () => {
      for (const path of ["/visit", "/login"]) {
        const { fetch, events } = setUp();
        const client = browser({ fetch });
        await read(client, path);
        const thief = await client.clone();
        await read(client, "/logout");
        expect(await read(thief)).toEqual({});
        expect(events).toContainEqual({ type: "rejected", reason: "revoked" });
      }
    });

    it("SEC-22 ends copies of the cookie on every server of the site", async () => {
      const { newServer, logIn } = setUp();
      const { client } = await logIn();
      const elsewhere = newServer();
      const headers = { Cookie: await client.cookieHeader() };
      await read(client, "/logout");
      const response = await elsewhere.fetch(new Request("https://localhost/", { headers }));
      expect(await response.json()).toEqual({});
    });

    for (const [request, path] of [
      ["write", "/visit"],
      ["regenerate", "/regenerate"],
      ["read", "/"],
    ] as const) {
      it(`SEC-23 is not undone by a slower ${request}`, async () => {
        const { clock, fetch, logIn, pauseHandler, events } = setUp();
        const { client } = await logIn();
        const late = await client.clone();
        // A mere read extends the session now.
        clock.advance(10_000);
        const pause = pauseHandler();
        const slow = late.fetch(path);
        await pause.reached;
        await browser({ fetch }).fetch("/");
        await read(client, "/logout");
        pause.resume();
        const response = await slow;
        expect(response.status).toBe(200);
        expect(response.headers.getSetCookie()).toEqual([]);
        expect(await read(late)).toEqual({});
        expect(events.some(({ type }) => type === "write-dropped")).toBe(path !== "/");
      });
    }

    it("SEC-22 SEC-24 ends each session when 19 of 20 sessions of a subject log out at the same time", async () => {
      const { logIn } = setUp();
      const [spared, ...ended] = await Promise.all(Array.from({ length: 20 }, () => logIn()));
      const thieves = await Promise.all(ended.map(({ client }) => client.clone()));
      await Promise.all(ended.map(({ client }) => read(client, "/logout")));
      for (const thief of thieves) expect(await read(thief)).toEqual({});
      expect(spared && (await read(spared.client))).toMatchObject({ subject: "eve" });
    });

    for (const operation of ["create", "update"] as const) {
      it(`SEC-22 ends both sessions when two logouts of a subject meet at the ${operation} of their record`, async () => {
        const { store, sessions, logIn } = setUp();
        if (operation === "update") await sessions.revokeAll("eve");
        const devices = [await logIn(), await logIn()];
        const thieves = await Promise.all(devices.map(({ client }) => client.clone()));
        const pauses = devices.map(() => store.pauseNext(operation));
        const logouts = devices.map(({ client }) => read(client, "/logout"));
        for (const { reached } of pauses) await reached;
        for (const { resume } of pauses) resume();
        await Promise.all(logouts);
        for (const thief of thieves) expect(await read(thief)).toEqual({});
      });
    }
  });

  describe(`session.bind and session.regenerate with revocations, ${name}`, () => {
    it("SEC-05 end the old cookie before the new one leaves", async () => {
      const { fetch } = setUp();
      const client = browser({ fetch });
      await read(client, "/visit");
      for (const path of ["/login", "/login", "/regenerate"]) {
        const thief = await client.clone();
        const { id } = await read(client, path);
        expect(await read(thief)).toEqual({});
        expect(await read(client)).toEqual({ id, subject: "eve", visits: 1 });
      }
    });

    for (const operation of ["load", "create"] as const) {
      for (const fault of ["throw-before", "throw-after"] as const) {
        it(`SEC-05 SEC-42 set no cookie when ${operation} fails, ${fault}`, async () => {
          const { fetch, store } = setUp();
          const client = browser({ fetch });
          await read(client, "/visit");
          const before = await client.cookieHeader();
          const late = await client.clone();
          // The load of the request itself succeeds. The commit fails.
          const pause = store.pauseNext("load");
          const login = late.fetch("/login");
          await pause.reached;
          store.failNext(operation, fault);
          pause.resume();
          await expect(login).rejects.toMatchObject({ code: "STORE_FAILED" });
          expect(await late.cookieHeader()).toBe(before);
        });
      }
    }
  });

  describe(`SessionManager.revoke with revocations, ${name}`, () => {
    it("SEC-24 ends one session by its id, and no other", async () => {
      const { sessions, logIn, events } = setUp();
      const first = await logIn();
      const second = await logIn();
      const other = await logIn("grace");
      expect(await sessions.revoke(first.id)).toBe(true);
      expect(await sessions.revoke(first.id)).toBe(false);
      expect(events).toContainEqual({ type: "revoked", id: first.id });
      expect(await read(first.client)).toEqual({});
      expect(await read(second.client)).toMatchObject({ subject: "eve" });
      expect(await read(other.client)).toMatchObject({ subject: "grace" });
    });

    it("SEC-04 calls no store for a malformed id", async () => {
      const { sessions, store } = setUp();
      for (const wrong of ["", "../../x", "a".repeat(21), "a".repeat(39), "é".repeat(22), `${"a".repeat(22)}\n`]) {
        expect(await sessions.revoke(wrong)).toBe(false);
      }
      expect(store.calls).toMatchObject({ load: 0, create: 0, update: 0 });
    });
  });

  describe(`SessionManager.revokeAll with revocations, ${name}`, () => {
    it("SEC-24 ends all sessions of a subject, and no others", async () => {
      const { sessions, logIn, events } = setUp();
      const devices = [await logIn(), await logIn()];
      const other = await logIn("grace");
      expect(await sessions.revokeAll("eve")).toBeUndefined();
      for (const { client } of devices) expect(await read(client)).toEqual({});
      expect(await read(other.client)).toMatchObject({ subject: "grace" });
      expect(events).toContainEqual({ type: "revoked", subject: "eve", count: undefined });
    });

    it("SEC-24 spares the session given as except, until the next call", async () => {
      const { sessions, logIn } = setUp();
      const [mine, lost] = [await logIn(), await logIn()];
      await sessions.revokeAll("eve", { except: mine.id });
      expect(await read(mine.client, "/visit")).toEqual({ id: mine.id, subject: "eve", visits: 1 });
      expect(await read(lost.client)).toEqual({});
      const { id } = await read(mine.client, "/regenerate");
      expect(await read(mine.client)).toMatchObject({ id, visits: 1 });
      const next = await logIn();
      await sessions.revokeAll("eve", { except: next.id });
      expect(await read(mine.client)).toEqual({});
      expect(await read(next.client)).toMatchObject({ subject: "eve" });
    });

    it("SEC-24 does not restore a session given as except that had ended before", async () => {
      const { sessions, logIn } = setUp();
      const mine = await logIn();
      const thief = await mine.client.clone();
      await read(mine.client, "/logout");
      await sessions.revokeAll("eve", { except: mine.id });
      expect(await read(thief)).toEqual({});
    });

    it("SEC-24 ends a login before it, and not one after it, in the same millisecond", async () => {
      const { sessions, logIn } = setUp();
      for (let round = 0; round < 3; round++) {
        const before = await logIn();
        await sessions.revokeAll("eve");
        const after = await logIn();
        expect(await read(before.client)).toEqual({});
        expect(await read(after.client)).toMatchObject({ subject: "eve" });
      }
    });

    for (const skew of [5_000, -5_000]) {
      it(`SEC-24 works across two servers whose clocks differ by ${skew} ms`, async () => {
        const { clock, newServer, sessions, logIn, fetch } = setUp();
        const skewed = newServer(() => clock.now() + skew);
        for (const revoking of [sessions, skewed.sessions]) {
          for (const login of [fetch, skewed.fetch]) {
            const before = await logIn();
            await revoking.revokeAll("eve");
            const after = browser({ fetch: login });
            await read(after, "/login");
            expect(await read(before.client)).toEqual({});
            expect(await read(after)).toMatchObject({ subject: "eve" });
            const headers = { Cookie: await after.cookieHeader() };
            await read(after, "/logout");
            for (const server of [fetch, skewed.fetch]) {
              const replay = await server(new Request("https://localhost/", { headers }));
              expect(await replay.json()).toEqual({});
            }
          }
        }
      });
    }

    for (const [operation, nth] of [
      ["load", 1],
      ["load", 2],
      ["load", 3],
      ["create", 1],
    ] as const) {
      it(`SEC-24 ends a login or leaves it complete when it runs just before the login's ${operation} number ${nth}`, async () => {
        const { sessions, store, fetch } = setUp();
        const client = browser({ fetch });
        await read(client, "/visit");
        const pauses = Array.from({ length: nth }, () => store.pauseNext(operation));
        const login = client.fetch("/login");
        for (const [index, { reached, resume }] of pauses.entries()) {
          await reached;
          if (index === nth - 1) await sessions.revokeAll("eve");
          resume();
        }
        expect((await login).status).toBe(200);
        const { subject } = await read(client);
        expect([undefined, "eve"]).toContain(subject);
        await sessions.revokeAll("eve");
        expect(await read(client)).toEqual({});
      });
    }

    it("affects the sessions of its own cookie name only", async () => {
      const revocations = memoryStore();
      const secrets = secret();
      const shop = serverOf(cookieMode, { secrets, revocations });
      const admin = serverOf(cookieMode, { secrets, revocations }, { cookie: { name: "__Host-admin" } });
      const clerk = browser({ fetch: admin.fetch });
      await read(clerk, "/login");
      await shop.sessions.revokeAll("eve");
      expect(await read(clerk)).toMatchObject({ subject: "eve" });
    });
  });

  describe(`SessionManager.list with revocations, ${name}`, () => {
    it("throws UNSUPPORTED", async () => {
      await expect(setUp().sessions.list("eve")).rejects.toMatchObject({ code: "UNSUPPORTED" });
    });
  });
}
