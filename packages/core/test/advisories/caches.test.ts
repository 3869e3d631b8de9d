import { type Session, SessionManager, type SessionManagerOptions } from "@coatcheck/core";
import { modes } from "@coatcheck/test-support";
import { browser, type FakeClock, fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { type SharedCacheOptions, sharedCache } from "./shared-cache.ts";

/** Every way to read a session. The result depends on the visitor. */
const READS: Readonly<Record<string, (session: Session) => unknown>> = {
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

/** A site behind a shared cache: `/login/<name>`, `/page`, `/static` (which awaits no session), `/read/<one of READS>`. */
function site(
  options: SessionManagerOptions,
  cache: SharedCacheOptions,
  toResponse: (text: string) => Response = (text) => new Response(text),
) {
  const sessions: SessionManager = new SessionManager(options);
  const origin = sessions.wrap(async (request, pending) => {
    const [, action = "", argument = ""] = new URL(request.url).pathname.split("/");
    if (action === "static") return toResponse("the same for all visitors");
    const session = await pending;
    if (action === "login") {
      session.bind(argument);
      session.set("name", argument);
      session.flash("greeting", `hello ${argument}`);
      session.persistent = true;
    }
    const read = READS[argument] ?? (() => session.get("name") ?? "anonymous");
    return toResponse(JSON.stringify(read(session)) ?? "undefined");
  });
  const fetch = sharedCache(origin, cache);
  return { visitor: () => browser({ fetch }), origin };
}

describe("CVE-2023-30861: missing Vary on a re-issued cookie, Flask", () => {
  describe.each(modes())("$name", ({ mode }) => {
    describe.each([true, false])("behind a cache that respects Vary: %s", (respectsVary) => {
      it("leaks no re-issued cookie through a shared cache", async () => {
        const clock: FakeClock = fakeClock();
        const lifetime = { idle: 1000, touchInterval: 0 };
        const { visitor } = site({ mode: mode(), now: clock.now, persistent: true, lifetime }, { respectsVary });
        const [eve, mallory] = [visitor(), visitor()];
        await eve.fetch("/login/eve");
        clock.advance(10);
        const page = await eve.fetch("/page");
        expect([await page.text(), page.headers.getSetCookie().length]).toEqual(['"eve"', 1]);
        expect(page.headers.get("Vary")).toBe("Cookie");
        const stolen = await mallory.fetch("/page");
        expect(await stolen.text()).toBe('"anonymous"');
        expect(await mallory.cookieHeader()).toBe("");
      });
    });

    it("sets no header on a page that does not await the session, so that caches may store it", async () => {
      const clock = fakeClock();
      const lifetime = { idle: 1000, touchInterval: 0 };
      const options = { mode: mode(), now: clock.now, persistent: true, lifetime };
      const { visitor } = site(options, { respectsVary: true });
      const eve = visitor();
      await eve.fetch("/login/eve");
      clock.advance(10);
      const { headers } = await eve.fetch("/static");
      expect([headers.getSetCookie(), headers.get("Vary"), headers.get("Cache-Control")]).toEqual([[], null, null]);
    });
  });
});

describe("CVE-2026-27205: missing Vary for some ways to read, Flask", () => {
  describe.each(modes())("$name", ({ mode }) => {
    it("leaks nothing of a session through a shared cache, however it was read", async () => {
      const { visitor } = site({ mode: mode() }, { respectsVary: true });
      const [eve, mallory] = [visitor(), visitor()];
      await eve.fetch("/login/eve");
      for (const read of Object.keys(READS)) {
        const mine = await (await eve.fetch(`/read/${read}`)).text();
        const theirs = await mallory.fetch(`/read/${read}`);
        expect(theirs.headers.get("Vary"), read).toBe("Cookie");
        const anonymous = await (await visitor().fetch(`/read/${read}?fresh`)).text();
        expect(await theirs.text(), read).toBe(anonymous);
        if (read !== "flashed") expect(mine, read).not.toBe(anonymous);
      }
    });
  });
});

describe("CVE-2025-48947: Set-Cookie stored by a CDN, nextjs-auth0", () => {
  const cacheable: readonly Record<string, string>[] = [
    {},
    { "Cache-Control": "public, max-age=600" },
    { "Cache-Control": "s-maxage=600, stale-while-revalidate=60" },
    { "Cache-Control": "public, immutable", Vary: "Accept-Encoding" },
  ];
  describe.each(modes())("$name", ({ mode }) => {
    it("leaves no Set-Cookie in a cache that ignores Vary, whatever Cache-Control the application set", async () => {
      for (const headers of cacheable) {
        const toResponse = (text: string) => new Response(text, { headers });
        const { visitor } = site({ mode: mode() }, { respectsVary: false }, toResponse);
        const [eve, mallory] = [visitor(), visitor()];
        const login = await eve.fetch("/login/eve");
        expect(login.headers.getSetCookie()).toHaveLength(1);
        expect(await eve.cookieHeader()).not.toBe("");
        await mallory.fetch("/login/eve").then((response) => response.text());
        expect(await mallory.cookieHeader(), JSON.stringify(headers)).not.toBe(await eve.cookieHeader());
      }
    });

    it("overrides the cache headers of CDNs on a response with Set-Cookie", async () => {
      const headers = { "CDN-Cache-Control": "max-age=600", "Surrogate-Control": "max-age=600" };
      const { origin } = site({ mode: mode() }, { respectsVary: false }, (text) => new Response(text, { headers }));
      const { headers: sent } = await origin(new Request("https://localhost/login/eve"));
      const fields = ["Cache-Control", "CDN-Cache-Control", "Surrogate-Control"];
      expect(fields.map((field) => sent.get(field))).toEqual(["no-store", "no-store", "no-store"]);
    });
  });
});
