import { memoryStore, serverSide } from "@coatcheck/core";
import { cookieModes, cookieModesWithRevocations, modes, secret, visitor } from "@coatcheck/test-support";
import { describe, expect, it } from "vitest";
import { application, dataOf } from "../peers/application.ts";

/** The modes in which `destroy` also ends the copies of a cookie. */
const modesThatRevoke = [
  { name: "server-side", mode: () => serverSide(memoryStore()) },
  { name: "server-side with signed ids", mode: () => serverSide(memoryStore(), { secrets: secret() }) },
  ...cookieModesWithRevocations(),
];

/** A `Set-Cookie` line that makes a browser keep the cookie of a `Cookie` header forever, as a thief would. */
const foreverCookie = (cookie: string) => `${cookie}; Path=/; Secure; Max-Age=2147483647`;

describe("CVE-2022-25896: session fixation, passport", () => {
  describe.each(modes())("$name", ({ mode }) => {
    it("does not log in an attacker who planted the cookie that the victim logged in with", async () => {
      const { newVisitor } = application({ mode: mode() });
      const [attacker, victim] = [newVisitor(), newVisitor()];
      await attacker.visit((session) => session.set("cart", ["bait"]));
      const planted = await attacker.client.cookieHeader();
      await victim.client.setCookie(foreverCookie(planted));
      await victim.visit((session) => session.bind("victim"));
      expect((await victim.visit((session) => session.subject)).result).toBe("victim");
      expect(await victim.client.cookieHeader()).not.toBe(planted);
      expect((await attacker.visit((session) => session.subject)).result).toBeUndefined();
    });

    it("does not log in an attacker who copied the cookie that was set at the victim's last logout", async () => {
      const { newVisitor } = application({ mode: mode() });
      const [attacker, victim] = [newVisitor(), newVisitor()];
      await victim.visit((session) => session.bind("victim"));
      await victim.visit((session) => {
        session.destroy();
        session.flash("notice", "logged out");
      });
      await attacker.client.setCookie(foreverCookie(await victim.client.cookieHeader()));
      await victim.visit((session) => session.bind("victim"));
      expect((await attacker.visit((session) => session.subject)).result).toBeUndefined();
      expect((await victim.visit((session) => session.subject)).result).toBe("victim");
    });
  });
});

describe("CVE-2025-46336: a restored session, rack-session", () => {
  describe.each(modesThatRevoke)("$name", ({ mode }) => {
    describe.each(["destroy", "clear"] as const)("%s", (end) => {
      it("does not restore an ended session when a slower request saves it", async () => {
        const { newVisitor, events } = application({ mode: mode() });
        const eve = newVisitor();
        await eve.visit((session) => session.bind("eve"));
        const thief = newVisitor();
        const stolen = await eve.client.cookieHeader();
        await thief.client.setCookie(foreverCookie(stolen));

        const { promise: mayFinish, resolve: finish } = Promise.withResolvers<void>();
        const { promise: hasLoaded, resolve: loaded } = Promise.withResolvers<void>();
        const slow = thief.visit(async (session) => {
          loaded();
          await mayFinish;
          session.set("note", "written late");
        });
        await hasLoaded;
        await eve.visit((session) => session[end]());
        finish();

        expect((await slow).cookies).toEqual([]);
        expect(events).toContainEqual(expect.objectContaining({ type: "write-dropped", reason: "gone" }));
        await thief.client.setCookie(foreverCookie(stolen));
        expect((await thief.visit((session) => [session.subject, session.size])).result).toEqual([undefined, 0]);
      });
    });
  });
});

/** Every combination of the options that determine when a session ends. */
const combinations = [false, true].flatMap((persistent) =>
  [{ idle: 60 }, { idle: 60, absolute: 300 }, { idle: 60, absolute: 60 }, { idle: 60, touchInterval: 0 }].map(
    (lifetime) => ({ persistent, lifetime: { absolute: 600, ...lifetime } }),
  ),
);

describe("CVE-2024-35220: a session that never expires, @fastify/session", () => {
  describe.each(modes())("$name", ({ mode }) => {
    it("ends an idle session that was loaded and saved before, with every combination of options", async () => {
      for (const options of combinations) {
        for (const act of ["read", "write"]) {
          const { newVisitor, clock } = application({ mode: mode(), ...options });
          const eve = newVisitor();
          await eve.visit((session) => session.set("count", 1));
          clock.advance(1);
          await eve.visit((session) => (act === "write" ? session.set("count", 2) : session.get("count")));
          const cookie = await eve.client.cookieHeader();
          clock.advance(60);
          const late = newVisitor();
          await late.client.setCookie(foreverCookie(cookie));
          expect((await late.visit(dataOf)).result, JSON.stringify([options, act])).toEqual({});
        }
      }
    });

    it("ends a session at the absolute timeout however often it was loaded and saved", async () => {
      for (const options of combinations) {
        const { newVisitor, clock } = application({ mode: mode(), ...options });
        const eve = newVisitor();
        await eve.visit((session) => session.set("count", 0));
        let used = 0;
        for (; used <= 60; used++) {
          clock.advance(20);
          const { result } = await eve.visit((session) => {
            if (session.isNew) return false;
            session.update("count", (count) => Number(count) + 1);
            return true;
          });
          if (!result) break;
        }
        expect(used * 20 + 20, JSON.stringify(options)).toBe(options.lifetime.absolute);
      }
    });
  });
});

describe("CVE-2024-31999: a deleted cookie that stays valid, @fastify/secure-session", () => {
  describe.each(modesThatRevoke)("$name", ({ mode }) => {
    it("rejects a copied cookie after the session was destroyed", async () => {
      const { newVisitor } = application({ mode: mode(), persistent: true });
      const [eve, thief] = [newVisitor(), newVisitor()];
      await eve.visit((session) => session.bind("eve"));
      await thief.client.setCookie(foreverCookie(await eve.client.cookieHeader()));
      expect((await thief.visit((session) => session.subject)).result).toBe("eve");
      await eve.visit((session) => session.destroy());
      expect((await thief.visit((session) => session.subject)).result).toBeUndefined();
    });
  });

  describe.each(cookieModes())("$name", ({ mode }) => {
    it("rejects a copied cookie after the timeouts in modes that cannot revoke", async () => {
      const { newVisitor, clock } = application({ mode: mode(), lifetime: { idle: 60, absolute: 300 } });
      const [eve, hoarder, user] = [newVisitor(), newVisitor(), newVisitor()];
      await eve.visit((session) => session.bind("eve"));
      const stolen = foreverCookie(await eve.client.cookieHeader());
      await hoarder.client.setCookie(stolen);
      await user.client.setCookie(stolen);
      await eve.visit((session) => session.destroy());
      for (let elapsed = 0; elapsed < 300; elapsed += 50) {
        clock.advance(50);
        await user.visit((session) => session.get("anything"));
      }
      expect((await hoarder.visit((session) => session.subject)).result).toBeUndefined();
      expect((await user.visit((session) => session.subject)).result).toBeUndefined();
    });
  });
});

describe("CVE-2025-46344: expiry outside the encrypted value, nextjs-auth0", () => {
  describe.each(modes())("$name", ({ mode }) => {
    it("rejects a cookie that is sent after its Max-Age", async () => {
      const { newVisitor, clock, events } = application({ mode: mode(), persistent: true, lifetime: { idle: 60 } });
      const [eve, thief] = [newVisitor(), newVisitor()];
      const { cookies } = await eve.visit((session) => session.bind("eve"));
      expect(cookies[0]).toMatch(/; Max-Age=60$/);
      await thief.client.setCookie(foreverCookie(await eve.client.cookieHeader()));
      clock.advance(60);
      expect((await thief.visit((session) => session.subject)).result).toBeUndefined();
      expect(events.at(-1)).toEqual({ type: "rejected", reason: "expired" });
    });

    it("applies the expiry that was stored, also on a server with a longer timeout", async () => {
      const shared = mode();
      const strict = application({ mode: shared, lifetime: { idle: 60 } });
      const lax = application({ mode: shared, lifetime: { idle: 100_000 } });
      const eve = strict.newVisitor();
      await eve.visit((session) => session.bind("eve"));
      const cookie = foreverCookie(await eve.client.cookieHeader());
      const found = [];
      for (const seconds of [59, 2]) {
        lax.clock.advance(seconds);
        const copy = visitor({
          handle: (request, handler) =>
            lax.sessions.handle(request, async (pending) => {
              await handler(pending);
              // A failed request saves nothing, so it does not extend the session.
              return new Response(null, { status: 500 });
            }),
        });
        await copy.client.setCookie(cookie);
        found.push((await copy.visit((session) => session.subject)).result);
      }
      expect(found).toEqual(["eve", undefined]);
    });
  });
});
