import { encryptedCookie, memoryStore, signedCookie } from "@coatcheck/core";
import { modes, modesWithSecrets, secret } from "@coatcheck/test-support";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { application, dataOf } from "./application.ts";

/** Seconds. */
const lifetime = { idle: 60, absolute: 120 };

for (const { name, mode } of modes()) {
  describe(`h3, ${name}`, () => {
    it("opens one session however often a request awaits it", async () => {
      const { sessions, newVisitor } = application({ mode: mode() });
      const eve = newVisitor();
      await eve.visit((session) => session.set("foo", "bar"));
      const headers = { Cookie: await eve.client.cookieHeader() };
      const response = await sessions.handle(new Request("https://localhost/", { headers }), async (pending) => {
        const found = await Promise.all([pending, pending, pending]);
        return Response.json([new Set(found).size, found.map((session) => session.get("foo"))]);
      });
      expect(await response.json()).toEqual([1, ["bar", "bar", "bar"]]);
    });

    it("extends a session with use, and ends an idle one exactly at the timeout", async () => {
      const { newVisitor, clock } = application({ mode: mode(), lifetime: { idle: 60, absolute: 10_000 } });
      const eve = newVisitor();
      await eve.visit((session) => session.set("hits", 1));
      for (const hits of [2, 3, 4]) {
        clock.advance(45);
        const { result } = await eve.visit((session) => session.update("hits", (n) => Number(n) + 1));
        expect(result).toBe(hits);
      }
      clock.advance(59.999);
      expect((await eve.visit(dataOf)).result).toEqual({ hits: 4 });
      clock.advance(60);
      expect((await eve.visit(dataOf)).result).toEqual({});
    });

    it("extends neither the session nor Max-Age beyond the absolute timeout", async () => {
      const { newVisitor, clock } = application({ mode: mode(), lifetime, persistent: true });
      const eve = newVisitor();
      const ageOf = (lines: readonly string[]) => Number(/Max-Age=(\d+)/.exec(lines[0] ?? "")?.[1]);
      expect(ageOf((await eve.visit((session) => session.set("name", "eve"))).cookies)).toBe(60);
      clock.advance(45);
      expect(ageOf((await eve.visit(dataOf)).cookies)).toBe(60);
      clock.advance(45);
      const { result, cookies } = await eve.visit(dataOf);
      expect([result, ageOf(cookies)]).toEqual([{ name: "eve" }, 30]);
      clock.advance(29.999);
      expect((await eve.visit(dataOf)).result).toEqual({ name: "eve" });
      clock.advance(0.001);
      expect((await eve.visit(dataOf)).result).toEqual({});
    });

    it("ends at the first expiry whatever its use when both timeouts are equal", async () => {
      const { newVisitor, clock } = application({ mode: mode(), lifetime: { idle: 60, absolute: 60 } });
      const eve = newVisitor();
      await eve.visit((session) => session.set("name", "eve"));
      clock.advance(59);
      const { result, cookies } = await eve.visit(dataOf);
      expect([result, cookies]).toEqual([{ name: "eve" }, []]);
      clock.advance(1);
      expect((await eve.visit(dataOf)).result).toEqual({});
    });

    it("does not extend a session for a read within the touch interval", async () => {
      const { newVisitor, clock } = application({ mode: mode(), lifetime: { idle: 60, touchInterval: 30 } });
      const eve = newVisitor();
      await eve.visit((session) => session.set("name", "eve"));
      clock.advance(29);
      expect((await eve.visit(dataOf)).result).toEqual({ name: "eve" });
      clock.advance(31);
      expect((await eve.visit(dataOf)).result).toEqual({});
    });

    it("sets its cookie on a 401 response", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      const { response, cookies } = await eve.visit((session) => {
        session.set("attempts", 1);
        return new Response(null, { status: 401 });
      });
      expect([response.status, cookies.length]).toEqual([401, 1]);
      expect((await eve.visit(dataOf)).result).toEqual({ attempts: 1 });
    });

    it("extends a session with a 400 response", async () => {
      const { newVisitor, clock } = application({ mode: mode(), lifetime: { idle: 60 } });
      const eve = newVisitor();
      await eve.visit((session) => session.set("name", "eve"));
      clock.advance(45);
      await eve.visit(() => new Response(null, { status: 400 }));
      clock.advance(45);
      expect((await eve.visit(dataOf)).result).toEqual({ name: "eve" });
    });

    it("destroys a session with an error response, also one that is due for extension", async () => {
      for (const status of [403, 500, 503]) {
        const { newVisitor, clock } = application({ mode: mode(), lifetime: { idle: 60 } });
        const eve = newVisitor();
        await eve.visit((session) => session.set("name", "eve"));
        clock.advance(45);
        const { cookies } = await eve.visit((session) => {
          session.destroy();
          return new Response(null, { status });
        });
        expect(cookies, `${status}`).toEqual([expect.stringMatching(/=;.*Max-Age=0$/)]);
        expect((await eve.visit(dataOf)).result, `${status}`).toEqual({});
      }
    });

    it("reads the session from the cookie only, not from another header or the URL", async () => {
      const { sessions, newVisitor } = application({ mode: mode() });
      const eve = newVisitor();
      await eve.visit((session) => session.set("name", "eve"));
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
  describe(`h3, key rotation, ${name}`, () => {
    it("accepts a cookie of an older secret only while the secret is listed, and re-issues it", async () => {
      const [older, newer] = [secret(), secret()];
      const mode = site();
      const eve = application({ mode: mode(older) }).newVisitor();
      await eve.visit((session) => session.set("foo", "old"));
      const cookie = `${await eve.client.cookieHeader()}; Path=/; Secure`;

      const without = application({ mode: mode(newer) });
      const rejected = without.newVisitor();
      await rejected.client.setCookie(cookie);
      expect((await rejected.visit(dataOf)).result).toEqual({});
      expect(without.events).toEqual([{ type: "rejected", reason: "unknown-key" }]);

      const withBoth = application({ mode: mode([newer, older]) });
      const accepted = withBoth.newVisitor();
      await accepted.client.setCookie(cookie);
      const { result, cookies } = await accepted.visit(dataOf);
      expect([result, cookies.length]).toEqual([{ foo: "old" }, 1]);
      expect(withBoth.events.map(({ type }) => type)).toEqual(["reissued"]);
    });
  });
}

for (const [name, mode] of Object.entries({ signedCookie, encryptedCookie })) {
  describe(`h3, large sessions, ${name}`, () => {
    const setUp = () => {
      const app = application({ mode: mode({ secrets: secret(), chunks: 4 }), lifetime: { idle: 60 } });
      return { ...app, eve: app.newVisitor(), token: "x".repeat(5000) };
    };

    it("spreads a large session over several cookies", async () => {
      const { eve, token } = setUp();
      const { cookies } = await eve.visit((session) => session.set("token", token));
      const names = cookies.map((line) => line.split("=")[0]);
      expect(names).toEqual(["__Host-session", "__Host-session.1"]);
      expect((await eve.visit((session) => session.get("token") === token)).result).toBe(true);
    });

    it("re-issues every chunk with an error response", async () => {
      const { eve, clock, token } = setUp();
      const { cookies: first } = await eve.visit((session) => session.set("token", token));
      clock.advance(45);
      const { cookies } = await eve.visit(() => new Response(null, { status: 418 }));
      const namesOf = (lines: readonly string[]) => lines.map((line) => line.split("=")[0]).sort();
      expect(namesOf(cookies)).toEqual(namesOf(first));
      clock.advance(45);
      expect((await eve.visit((session) => session.get("token") === token)).result).toBe(true);
    });
  });
}

describe("h3, cost", () => {
  it("sets no cookie and writes no revocation for reads within the touch interval", async () => {
    const revocations = faultyStore(memoryStore());
    const mode = encryptedCookie({ secrets: secret(), revocations });
    const { newVisitor, clock } = application({ mode, lifetime: { idle: 60, touchInterval: 30 } });
    const eve = newVisitor();
    const sealed = [];
    for (const act of ["write", "read", "read", "write"]) {
      const { cookies } = await eve.visit((session) => {
        if (act === "write") session.update("hits", (n) => Number(n ?? 0) + 1);
      });
      sealed.push(cookies.length);
      clock.advance(10);
    }
    expect(sealed).toEqual([1, 0, 0, 1]);
    clock.advance(30);
    expect((await eve.visit(dataOf)).cookies).toHaveLength(1);
    expect(revocations.calls).toMatchObject({ create: 0, update: 0, touch: 0, delete: 0 });
  });
});
