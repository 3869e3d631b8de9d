import { cookieModes, modes, modesWithSecrets, secret, shapeOf } from "@coatcheck/test-support";
import { describe, expect, it } from "vitest";
import { application, dataOf } from "./application.ts";

for (const { name, mode } of modes()) {
  describe(`what iron-session checks, ${name}`, () => {
    it("says what is missing without a request, and without a response", async () => {
      const { sessions } = application({ mode: mode() });
      const withoutRequest = sessions.open(undefined as never);
      await expect(withoutRequest).rejects.toEqual(expect.objectContaining({ code: "INVALID_OPTION" }));
      const pending = sessions.open(new Request("https://localhost/"));
      await pending;
      const withoutResponse = sessions.commit(pending, undefined as never);
      await expect(withoutResponse).rejects.toEqual(expect.objectContaining({ code: "NO_RESPONSE" }));
    });

    it("ends with its last key, and begins anew with the next one", async () => {
      const eve = application({ mode: mode() }).guest();
      await eve.ask((session) => session.set("user", { id: 1 }));
      const { cookies } = await eve.ask((session) => session.delete("user"));
      expect(cookies).toEqual([expect.stringMatching(/Max-Age=0$/)]);
      expect((await eve.ask(dataOf)).result).toEqual({});
      await eve.ask((session) => session.set("user", { id: 2 }));
      expect((await eve.ask(dataOf)).result).toEqual({ user: { id: 2 } });
    });

    it("has a Max-Age of the idle timeout, a day by default, when it is to outlive the browser", async () => {
      const ages = [];
      for (const lifetime of [{}, { idle: 60 }]) {
        const eve = application({ mode: mode(), persistent: true, lifetime }).guest();
        const { cookies } = await eve.ask((session) => session.set("user", { id: 1 }));
        ages.push(/Max-Age=(\d+)$/.exec(cookies[0] ?? "")?.[1]);
      }
      expect(ages).toEqual(["86400", "60"]);
    });

    it("has no timeout without an end", () => {
      for (const idle of [0, -1, Number.POSITIVE_INFINITY, Number.NaN]) {
        const make = () => application({ mode: mode(), lifetime: { idle } });
        expect(make, `${idle}`).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
      }
    });

    it("leaves one cookie of the application's, and several, as they are when it sets its own and when it removes it", async () => {
      for (const existing of [["existing=cookie"], ["existing=cookie", "existing2=cookie2; Path=/a"]]) {
        const eve = application({ mode: mode() }).guest();
        const answer = () => {
          const headers = new Headers();
          for (const line of existing) headers.append("Set-Cookie", line);
          return new Response("ok", { headers });
        };
        const set = await eve.ask((session) => {
          session.set("user", { id: 1 });
          return answer();
        });
        expect(set.cookies.slice(0, -1)).toEqual(existing);
        const removed = await eve.ask((session) => {
          session.destroy();
          return answer();
        });
        expect(removed.cookies).toEqual([
          ...existing,
          "__Host-session=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0",
        ]);
        expect(shapeOf(set.cookies.at(-1))).toBe("__Host-session=…; Path=/; HttpOnly; Secure; SameSite=Lax");
      }
    });

    it("is none for a cookie that is sent after it has expired", async () => {
      const { guest, clock } = application({ mode: mode(), lifetime: { idle: 60 } });
      const eve = guest();
      await eve.ask((session) => session.set("user", { id: 1 }));
      clock.advance(61);
      expect(await eve.client.cookieHeader()).not.toBe("");
      expect((await eve.ask(dataOf)).result).toEqual({});
    });

    it("lasts anew, and the cookie with it, from each write on", async () => {
      const { guest, clock } = application({ mode: mode(), persistent: true, lifetime: { idle: 60 } });
      const eve = guest();
      await eve.ask((session) => session.set("user", { id: 1 }));
      clock.advance(40);
      const { cookies } = await eve.ask((session) => session.set("user", { id: 2 }));
      expect(cookies).toEqual([expect.stringMatching(/Max-Age=60$/)]);
      clock.advance(40);
      expect((await eve.ask(dataOf)).result).toEqual({ user: { id: 2 } });
    });

    it("refuses a write when the response has left", async () => {
      const { sessions } = application({ mode: mode() });
      const pending = sessions.open(new Request("https://localhost/"));
      const session = await pending;
      await sessions.commit(pending, new Response());
      for (const write of [() => session.set("a", 1), () => session.destroy(), () => session.bind("eve")]) {
        expect(write).toThrow(expect.objectContaining({ code: "SESSION_COMMITTED" }));
      }
    });
  });
}

for (const { name, mode, site } of modesWithSecrets()) {
  describe(`what iron-session checks of passwords, ${name}`, () => {
    it("needs 32 bytes", () => {
      const strong = secret();
      expect(() => mode(strong.slice(0, 31))).toThrow(expect.objectContaining({ code: "WEAK_SECRET" }));
      expect(() => mode(strong.slice(0, 32))).not.toThrow();
    });

    it("is a new session when the password was changed, and the old one once it is back", async () => {
      const [before, after] = [secret(), secret()];
      const modeWith = site();
      const eve = application({ mode: modeWith(before) }).guest();
      await eve.ask((session) => session.set("user", { id: 1 }));
      const cookie = `${await eve.client.cookieHeader()}; Path=/; Secure`;
      const found = [];
      for (const secrets of [after, [after, before]]) {
        const same = application({ mode: modeWith(secrets) }).guest();
        await same.client.setCookie(cookie);
        found.push((await same.ask(dataOf)).result);
      }
      expect(found).toEqual([{}, { user: { id: 1 } }]);
    });
  });
}

for (const { name, mode } of cookieModes()) {
  describe(`what iron-session checks of size, ${name}`, () => {
    it("names the key that made the cookie too large", async () => {
      const eve = application({ mode: mode() }).guest();
      const outgrown = eve.ask((session) => {
        session.set("user", { id: 1 });
        session.set("history", "0123456789".repeat(500));
      });
      await expect(outgrown).rejects.toEqual(
        expect.objectContaining({ code: "SESSION_TOO_LARGE", message: expect.stringContaining("history") }),
      );
      expect(await eve.client.cookieHeader()).toBe("");
    });
  });
}
