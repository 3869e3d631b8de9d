import { type Session, SessionManager, type SessionManagerOptions } from "@coatcheck/core";
import { modes } from "@coatcheck/test-support";
import { browser, type FakeClock, fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { type SharedCacheOptions, sharedCache } from "./shared-cache.ts";

/** Every way to ask a session for something without changing it, each with an answer that depends on who asks. */
const LOOKS: Readonly<Record<string, (session: Session) => unknown>> = {
  get: (session) => session.get("name"),
  has: (session) => session.has("name"),
  entries: (session) => [...session.entries()],
  size: (session) => session.size,
  subject: (session) => session.subject,
  id: (session) => session.id,
  isNew: (session) => session.isNew,
  authenticatedAt: (session) => session.authenticatedAt,
  persistent: (session) => session.persistent,
  flashed: (session) => session.flashed("greeting"),
};

/** A site behind a shared cache: `/login/<name>`, `/page`, `/cheap` (which asks for no session), `/look/<one of LOOKS>`. */
function site(
  options: SessionManagerOptions,
  cache: SharedCacheOptions,
  answer: (text: string) => Response = (text) => new Response(text),
) {
  const sessions: SessionManager = new SessionManager(options);
  const origin = sessions.wrap(async (request, pending) => {
    const [, action = "", argument = ""] = new URL(request.url).pathname.split("/");
    if (action === "cheap") return answer("the same for everybody");
    const session = await pending;
    if (action === "login") {
      session.bind(argument);
      session.set("name", argument);
      session.flash("greeting", `hello ${argument}`);
      session.persistent = true;
    }
    const look = LOOKS[argument] ?? (() => session.get("name") ?? "nobody");
    return answer(JSON.stringify(look(session)) ?? "undefined");
  });
  const fetch = sharedCache(origin, cache);
  return { visitor: () => browser({ fetch }), origin };
}

describe("CVE-2023-30861: missing Vary on a session that is sent anew, Flask", () => {
  describe.each(modes())("$name", ({ mode }) => {
    describe.each([true, false])("through a cache that honours Vary: %s", (honoursVary) => {
      it("hands no session that was sent anew to the next visitor", async () => {
        const clock: FakeClock = fakeClock();
        const lifetime = { idle: 1000, touchInterval: 0 };
        const { visitor } = site({ mode: mode(), now: clock.now, persistent: true, lifetime }, { honoursVary });
        const [eve, mallory] = [visitor(), visitor()];
        await eve.fetch("/login/eve");
        clock.advance(10);
        const page = await eve.fetch("/page");
        expect([await page.text(), page.headers.getSetCookie().length]).toEqual(['"eve"', 1]);
        expect(page.headers.get("Vary")).toBe("Cookie");
        const stolen = await mallory.fetch("/page");
        expect(await stolen.text()).toBe('"nobody"');
        expect(await mallory.cookieHeader()).toBe("");
      });
    });

    it("sends nothing anew with a page that asks for no session, so that caches may keep it", async () => {
      const clock = fakeClock();
      const lifetime = { idle: 1000, touchInterval: 0 };
      const options = { mode: mode(), now: clock.now, persistent: true, lifetime };
      const { visitor } = site(options, { honoursVary: true });
      const eve = visitor();
      await eve.fetch("/login/eve");
      clock.advance(10);
      const { headers } = await eve.fetch("/cheap");
      expect([headers.getSetCookie(), headers.get("Vary"), headers.get("Cache-Control")]).toEqual([[], null, null]);
    });
  });
});

describe("CVE-2026-27205: missing Vary for some ways to look, Flask", () => {
  describe.each(modes())("$name", ({ mode }) => {
    it("shows no visitor what another one's session said, whichever way it was asked", async () => {
      const { visitor } = site({ mode: mode() }, { honoursVary: true });
      const [eve, mallory] = [visitor(), visitor()];
      await eve.fetch("/login/eve");
      for (const look of Object.keys(LOOKS)) {
        const mine = await (await eve.fetch(`/look/${look}`)).text();
        const theirs = await mallory.fetch(`/look/${look}`);
        expect(theirs.headers.get("Vary"), look).toBe("Cookie");
        const anonymous = await (await visitor().fetch(`/look/${look}?fresh`)).text();
        expect(await theirs.text(), look).toBe(anonymous);
        if (look !== "flashed") expect(mine, look).not.toBe(anonymous);
      }
    });
  });
});

describe("CVE-2025-48947: Set-Cookie cached by a CDN, nextjs-auth0", () => {
  const wishes: readonly Record<string, string>[] = [
    {},
    { "Cache-Control": "public, max-age=600" },
    { "Cache-Control": "s-maxage=600, stale-while-revalidate=60" },
    { "Cache-Control": "public, immutable", Vary: "Accept-Encoding" },
  ];
  describe.each(modes())("$name", ({ mode }) => {
    it("leaves no Set-Cookie in a cache that knows no Vary, whatever the application wants to be cached", async () => {
      for (const headers of wishes) {
        const answer = (text: string) => new Response(text, { headers });
        const { visitor } = site({ mode: mode() }, { honoursVary: false }, answer);
        const [eve, mallory] = [visitor(), visitor()];
        const login = await eve.fetch("/login/eve");
        expect(login.headers.getSetCookie()).toHaveLength(1);
        expect(await eve.cookieHeader()).not.toBe("");
        await mallory.fetch("/login/eve").then((response) => response.text());
        expect(await mallory.cookieHeader(), JSON.stringify(headers)).not.toBe(await eve.cookieHeader());
      }
    });

    it("leaves a CDN's own cache headers no say beside Set-Cookie", async () => {
      const headers = { "CDN-Cache-Control": "max-age=600", "Surrogate-Control": "max-age=600" };
      const { origin } = site({ mode: mode() }, { honoursVary: false }, (text) => new Response(text, { headers }));
      const { headers: sent } = await origin(new Request("https://localhost/login/eve"));
      const fields = ["Cache-Control", "CDN-Cache-Control", "Surrogate-Control"];
      expect(fields.map((field) => sent.get(field))).toEqual(["no-store", "no-store", "no-store"]);
    });
  });
});
