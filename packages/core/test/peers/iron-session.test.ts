import { cookieModes, modes, modesWithSecrets, secret, shapeOf } from "@coatcheck/test-support";
import { describe, expect, it } from "vitest";
import { application, dataOf } from "./application.ts";

for (const { name, mode } of modes()) {
  describe(`iron-session, ${name}`, () => {
    it("reports a missing request and a missing response", async () => {
      const { sessions } = application({ mode: mode() });
      const withoutRequest = sessions.open(undefined as never);
      await expect(withoutRequest).rejects.toEqual(expect.objectContaining({ code: "INVALID_OPTION" }));
      const pending = sessions.open(new Request("https://localhost/"));
      await pending;
      const withoutResponse = sessions.commit(pending, undefined as never);
      await expect(withoutResponse).rejects.toEqual(expect.objectContaining({ code: "NO_RESPONSE" }));
    });

    it("ends the session with its last key, and starts another with the next key", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      await eve.visit((session) => session.set("user", { id: 1 }));
      const { cookies } = await eve.visit((session) => session.delete("user"));
      expect(cookies).toEqual([expect.stringMatching(/Max-Age=0$/)]);
      expect((await eve.visit(dataOf)).result).toEqual({});
      await eve.visit((session) => session.set("user", { id: 2 }));
      expect((await eve.visit(dataOf)).result).toEqual({ user: { id: 2 } });
    });

    it("sets Max-Age to the idle timeout, a day by default, when it is persistent", async () => {
      const ages = [];
      for (const lifetime of [{}, { idle: 60 }]) {
        const eve = application({ mode: mode(), persistent: true, lifetime }).newVisitor();
        const { cookies } = await eve.visit((session) => session.set("user", { id: 1 }));
        ages.push(/Max-Age=(\d+)$/.exec(cookies[0] ?? "")?.[1]);
      }
      expect(ages).toEqual(["86400", "60"]);
    });

    it("rejects a timeout of zero and one that never ends", () => {
      for (const idle of [0, -1, Number.POSITIVE_INFINITY, Number.NaN]) {
        const make = () => application({ mode: mode(), lifetime: { idle } });
        expect(make, `${idle}`).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
      }
    });

    it("keeps the application's cookies when it sets and when it removes its own", async () => {
      for (const existing of [["existing=cookie"], ["existing=cookie", "existing2=cookie2; Path=/a"]]) {
        const eve = application({ mode: mode() }).newVisitor();
        const answer = () => {
          const headers = new Headers();
          for (const line of existing) headers.append("Set-Cookie", line);
          return new Response("ok", { headers });
        };
        const set = await eve.visit((session) => {
          session.set("user", { id: 1 });
          return answer();
        });
        expect(set.cookies.slice(0, -1)).toEqual(existing);
        const removed = await eve.visit((session) => {
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

    it("reads nothing from a cookie that is sent after it has expired", async () => {
      const { newVisitor, clock } = application({ mode: mode(), lifetime: { idle: 60 } });
      const eve = newVisitor();
      await eve.visit((session) => session.set("user", { id: 1 }));
      clock.advance(61);
      expect(await eve.client.cookieHeader()).not.toBe("");
      expect((await eve.visit(dataOf)).result).toEqual({});
    });

    it("restarts the idle timeout and the cookie's Max-Age with each write", async () => {
      const { newVisitor, clock } = application({ mode: mode(), persistent: true, lifetime: { idle: 60 } });
      const eve = newVisitor();
      await eve.visit((session) => session.set("user", { id: 1 }));
      clock.advance(40);
      const { cookies } = await eve.visit((session) => session.set("user", { id: 2 }));
      expect(cookies).toEqual([expect.stringMatching(/Max-Age=60$/)]);
      clock.advance(40);
      expect((await eve.visit(dataOf)).result).toEqual({ user: { id: 2 } });
    });

    it("rejects a write after the commit", async () => {
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
  describe(`iron-session, passwords, ${name}`, () => {
    it("rejects a secret shorter than 32 bytes", () => {
      const strong = secret();
      expect(() => mode(strong.slice(0, 31))).toThrow(expect.objectContaining({ code: "WEAK_SECRET" }));
      expect(() => mode(strong.slice(0, 32))).not.toThrow();
    });

    it("reads nothing with another secret, and the session again when the old secret is listed", async () => {
      const [before, after] = [secret(), secret()];
      const modeWith = site();
      const eve = application({ mode: modeWith(before) }).newVisitor();
      await eve.visit((session) => session.set("user", { id: 1 }));
      const cookie = `${await eve.client.cookieHeader()}; Path=/; Secure`;
      const found = [];
      for (const secrets of [after, [after, before]]) {
        const same = application({ mode: modeWith(secrets) }).newVisitor();
        await same.client.setCookie(cookie);
        found.push((await same.visit(dataOf)).result);
      }
      expect(found).toEqual([{}, { user: { id: 1 } }]);
    });
  });
}

for (const { name, mode } of cookieModes()) {
  describe(`iron-session, size, ${name}`, () => {
    it("names the key that made the cookie too large", async () => {
      const eve = application({ mode: mode() }).newVisitor();
      const outgrown = eve.visit((session) => {
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
