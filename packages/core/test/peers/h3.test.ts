import { encryptedCookie, memoryStore, signedCookie } from "@coatcheck/core";
import { modes, modesWithSecrets, secret } from "@coatcheck/test-support";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { application, dataOf } from "./application.ts";

/** Alive at 59 s of idleness, over at 60 s. */
const lifetime = { idle: 60, absolute: 120 };

for (const { name, mode } of modes()) {
  describe(`what h3 checks, ${name}`, () => {
    it("is one session however often a request asks for it", async () => {
      const { sessions, guest } = application({ mode: mode() });
      const eve = guest();
      await eve.ask((session) => session.set("foo", "bar"));
      const headers = { Cookie: await eve.client.cookieHeader() };
      const response = await sessions.handle(new Request("https://localhost/", { headers }), async (pending) => {
        const found = await Promise.all([pending, pending, pending]);
        return Response.json([new Set(found).size, found.map((session) => session.get("foo"))]);
      });
      expect(await response.json()).toEqual([1, ["bar", "bar", "bar"]]);
    });

    it("slides with use, and ends after exactly the idle timeout without", async () => {
      const { guest, clock } = application({ mode: mode(), lifetime: { idle: 60, absolute: 10_000 } });
      const eve = guest();
      await eve.ask((session) => session.set("hits", 1));
      for (const hits of [2, 3, 4]) {
        clock.advance(45);
        const { result } = await eve.ask((session) => session.update("hits", (n) => Number(n) + 1));
        expect(result).toBe(hits);
      }
      clock.advance(59.999);
      expect((await eve.ask(dataOf)).result).toEqual({ hits: 4 });
      clock.advance(60);
      expect((await eve.ask(dataOf)).result).toEqual({});
    });

    it("slides no further than the absolute timeout, which the cookie's Max-Age knows of", async () => {
      const { guest, clock } = application({ mode: mode(), lifetime, persistent: true });
      const eve = guest();
      const ageOf = (lines: readonly string[]) => Number(/Max-Age=(\d+)/.exec(lines[0] ?? "")?.[1]);
      expect(ageOf((await eve.ask((session) => session.set("name", "eve"))).cookies)).toBe(60);
      clock.advance(45);
      expect(ageOf((await eve.ask(dataOf)).cookies)).toBe(60);
      clock.advance(45);
      const { result, cookies } = await eve.ask(dataOf);
      expect([result, ageOf(cookies)]).toEqual([{ name: "eve" }, 30]);
      clock.advance(29.999);
      expect((await eve.ask(dataOf)).result).toEqual({ name: "eve" });
      clock.advance(0.001);
      expect((await eve.ask(dataOf)).result).toEqual({});
    });

    it("ends when it said at first, whatever its use, when both timeouts are the same", async () => {
      const { guest, clock } = application({ mode: mode(), lifetime: { idle: 60, absolute: 60 } });
      const eve = guest();
      await eve.ask((session) => session.set("name", "eve"));
      clock.advance(59);
      const { result, cookies } = await eve.ask(dataOf);
      expect([result, cookies]).toEqual([{ name: "eve" }, []]);
      clock.advance(1);
      expect((await eve.ask(dataOf)).result).toEqual({});
    });

    it("slides by no read within the touch interval, and ends between that and the idle timeout then", async () => {
      const { guest, clock } = application({ mode: mode(), lifetime: { idle: 60, touchInterval: 30 } });
      const eve = guest();
      await eve.ask((session) => session.set("name", "eve"));
      clock.advance(29);
      expect((await eve.ask(dataOf)).result).toEqual({ name: "eve" });
      clock.advance(31);
      expect((await eve.ask(dataOf)).result).toEqual({});
    });

    it("sets its cookie on a response that says what the client did wrong", async () => {
      const eve = application({ mode: mode() }).guest();
      const { response, cookies } = await eve.ask((session) => {
        session.set("attempts", 1);
        return new Response(null, { status: 401 });
      });
      expect([response.status, cookies.length]).toEqual([401, 1]);
      expect((await eve.ask(dataOf)).result).toEqual({ attempts: 1 });
    });

    it("slides by such a response as well", async () => {
      const { guest, clock } = application({ mode: mode(), lifetime: { idle: 60 } });
      const eve = guest();
      await eve.ask((session) => session.set("name", "eve"));
      clock.advance(45);
      await eve.ask(() => new Response(null, { status: 400 }));
      clock.advance(45);
      expect((await eve.ask(dataOf)).result).toEqual({ name: "eve" });
    });

    it("stays ended when the response that ended it is an error, of whatever kind, and due for sliding", async () => {
      for (const status of [403, 500, 503]) {
        const { guest, clock } = application({ mode: mode(), lifetime: { idle: 60 } });
        const eve = guest();
        await eve.ask((session) => session.set("name", "eve"));
        clock.advance(45);
        const { cookies } = await eve.ask((session) => {
          session.destroy();
          return new Response(null, { status });
        });
        expect(cookies, `${status}`).toEqual([expect.stringMatching(/=;.*Max-Age=0$/)]);
        expect((await eve.ask(dataOf)).result, `${status}`).toEqual({});
      }
    });

    it("is read from the cookie alone: no other header and no address carries it", async () => {
      const { sessions, guest } = application({ mode: mode() });
      const eve = guest();
      await eve.ask((session) => session.set("name", "eve"));
      const cookie = await eve.client.cookieHeader();
      const value = cookie.slice(cookie.indexOf("=") + 1);
      const headers = new Headers();
      for (const header of ["X-Session", "X-__Host-session-session", "__Host-session", "X-Session-Id", "Cookie2"]) {
        headers.set(header, value);
      }
      headers.set("Authorization", `Bearer ${value}`);
      const url = `https://localhost/;__Host-session=${value}?__Host-session=${value}&session=${value}#${value}`;
      const response = await sessions.handle(new Request(url, { headers }), async (pending) =>
        Response.json((await pending).isNew),
      );
      expect(await response.json()).toBe(true);
    });
  });
}

for (const { name, site } of modesWithSecrets()) {
  describe(`what h3 checks of seals, ${name}`, () => {
    it("opens what an older secret sealed only as long as that is in the list, and seals it anew", async () => {
      const [older, newer] = [secret(), secret()];
      const mode = site();
      const eve = application({ mode: mode(older) }).guest();
      await eve.ask((session) => session.set("foo", "old"));
      const cookie = `${await eve.client.cookieHeader()}; Path=/; Secure`;

      const without = application({ mode: mode(newer) });
      const refused = without.guest();
      await refused.client.setCookie(cookie);
      expect((await refused.ask(dataOf)).result).toEqual({});
      expect(without.events).toEqual([{ type: "rejected", reason: "unknown-key" }]);

      const withBoth = application({ mode: mode([newer, older]) });
      const accepted = withBoth.guest();
      await accepted.client.setCookie(cookie);
      const { result, cookies } = await accepted.ask(dataOf);
      expect([result, cookies.length]).toEqual([{ foo: "old" }, 1]);
      expect(withBoth.events.map(({ type }) => type)).toEqual(["reissued"]);
    });
  });
}

for (const [name, mode] of Object.entries({ signedCookie, encryptedCookie })) {
  describe(`what h3 checks of large sessions, ${name}`, () => {
    const setUp = () => {
      const app = application({ mode: mode({ secrets: secret(), chunks: 4 }), lifetime: { idle: 60 } });
      return { ...app, eve: app.guest(), token: "x".repeat(5000) };
    };

    it("spreads one over several cookies", async () => {
      const { eve, token } = setUp();
      const { cookies } = await eve.ask((session) => session.set("token", token));
      const names = cookies.map((line) => line.split("=")[0]);
      expect(names).toEqual(["__Host-session", "__Host-session.1"]);
      expect((await eve.ask((session) => session.get("token") === token)).result).toBe(true);
    });

    it("sends every part of it anew with an error response", async () => {
      const { eve, clock, token } = setUp();
      const { cookies: first } = await eve.ask((session) => session.set("token", token));
      clock.advance(45);
      const { cookies } = await eve.ask(() => new Response(null, { status: 418 }));
      const namesOf = (lines: readonly string[]) => lines.map((line) => line.split("=")[0]).sort();
      expect(namesOf(cookies)).toEqual(namesOf(first));
      clock.advance(45);
      expect((await eve.ask((session) => session.get("token") === token)).result).toBe(true);
    });
  });
}

describe("what h3 checks of work", () => {
  it("seals, and asks for revocations, no more often than it has to", async () => {
    const revocations = faultyStore(memoryStore());
    const mode = encryptedCookie({ secrets: secret(), revocations });
    const { guest, clock } = application({ mode, lifetime: { idle: 60, touchInterval: 30 } });
    const eve = guest();
    const sealed = [];
    for (const act of ["write", "read", "read", "write"]) {
      const { cookies } = await eve.ask((session) => {
        if (act === "write") session.update("hits", (n) => Number(n ?? 0) + 1);
      });
      sealed.push(cookies.length);
      clock.advance(10);
    }
    expect(sealed).toEqual([1, 0, 0, 1]);
    clock.advance(30);
    expect((await eve.ask(dataOf)).cookies).toHaveLength(1);
    expect(revocations.calls).toMatchObject({ create: 0, update: 0, touch: 0, delete: 0 });
  });
});
