import {
  type DenialReason,
  denialResponse,
  login,
  requireFresh,
  requireSubject,
  requireThat,
  safeNext,
} from "@coatcheck/auth";
import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { browser, fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

const SHOP = "https://shop.example";
const PAGE = { "Sec-Fetch-Mode": "navigate", Accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const SCRIPT = { "Sec-Fetch-Mode": "cors", Accept: "*/*" };
const NEEDS_LOGIN: readonly DenialReason[] = ["anonymous", "not-fresh", "level-too-low"];

const refuse = denialResponse({ loginPage: "/login" });

/** What `refuse` answers a request for a path of the shop. */
function ask(path: string, init: RequestInit = {}, reason: DenialReason = "anonymous", by = refuse): Response {
  return by(new Request(SHOP + path, init), { ok: false, reason });
}

/** What the login page is told to go on to. */
function nextOf(response: Response): string | null {
  expect(response.status).toBe(303);
  const url = new URL(response.headers.get("Location") ?? "", SHOP);
  expect(url.origin + url.pathname).toBe(`${SHOP}/login`);
  return url.searchParams.get("next");
}

describe("denialResponse, for pages", () => {
  it("SEC-54 sends an anonymous visitor to the login page, which learns where to go on", () => {
    const response = ask("/orders?page=2&q=a%26b", { headers: PAGE });
    expect(response.status).toBe(303);
    expect(response.headers.get("Location")).toBe("/login?next=%2Forders%3Fpage%3D2%26q%3Da%2526b");
    expect(nextOf(response)).toBe("/orders?page=2&q=a%26b");
    expect(safeNext(nextOf(response))).toBe("/orders?page=2&q=a%26b");
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(response.body).toBeNull();
  });

  it("says why the login there is does not do, so that the login page asks again instead of sending them back", () => {
    for (const reason of ["not-fresh", "level-too-low"] as const) {
      expect(ask("/account", { headers: PAGE }, reason).headers.get("Location")).toBe(
        `/login?next=%2Faccount&reason=${reason}`,
      );
    }
  });

  it("keeps the query and hash that the login page has of its own, but no next that was planted in it", () => {
    const withQuery = denialResponse({ loginPage: "/login?lang=de&next=/elsewhere#form" });
    const response = ask("/orders", { headers: PAGE }, "anonymous", withQuery);
    expect(response.headers.get("Location")).toBe("/login?lang=de&next=%2Forders#form");
  });

  it("SEC-54 tells no next that leads elsewhere", () => {
    for (const path of ["//evil.example", "//evil.example/a", "/.//evil.example", `/${"a".repeat(2048)}`]) {
      expect(nextOf(ask(path, { headers: PAGE }))).toBeNull();
    }
  });

  it("does not send to a login page that was itself refused: that would never end", async () => {
    for (const path of ["/login", "/login/", "/login?next=%2Forders", "/login//"]) {
      const response = ask(path, { headers: PAGE });
      expect(response.status).toBe(401);
      expect(response.headers.get("Location")).toBeNull();
    }
    expect(ask("/login", { headers: PAGE }, "anonymous", denialResponse({ loginPage: "/login/" })).status).toBe(401);
    const app = browser({
      origin: SHOP,
      fetch: (request) => refuse(request, { ok: false, reason: "anonymous" }),
    });
    expect((await app.visit("/orders", { headers: PAGE })).status).toBe(401);
  });

  it("goes by what is accepted where the browser does not say that it navigates", () => {
    expect(nextOf(ask("/orders", { headers: { Accept: PAGE.Accept } }))).toBe("/orders");
    expect(nextOf(ask("/orders", { headers: { Accept: "Text/HTML" } }))).toBe("/orders");
    for (const headers of [{}, { Accept: "*/*" }, { Accept: "application/json" }, { Accept: "x-text/htmlx" }]) {
      expect(ask("/orders", { headers }).status).toBe(401);
    }
    // A script may ask for HTML. It would follow the redirect and take the login page for its answer.
    expect(ask("/orders", { headers: { ...PAGE, ...SCRIPT, Accept: "text/html" } }).status).toBe(401);
    expect(nextOf(ask("/orders", { headers: { "Sec-Fetch-Mode": "navigate", Accept: "*/*" } }))).toBe("/orders");
  });

  it.each(["/orders", "http://[::/orders"])("answers 401 where a request has no origin, as Bun hands on %s", (url) => {
    // Made by hand: no Request can be constructed with such a URL.
    const request = { method: "GET", url, headers: new Headers(PAGE) } as Request;
    expect(refuse(request, { ok: false, reason: "anonymous" }).status).toBe(401);
  });

  it("answers HEAD as GET", () => {
    expect(nextOf(ask("/orders", { method: "HEAD", headers: PAGE }))).toBe("/orders");
  });
});

describe("denialResponse, for forms", () => {
  const post = (referrer?: string, path = "/orders/delete?id=7") =>
    nextOf(ask(path, { method: "POST", headers: { ...PAGE, ...(referrer !== undefined && { Referer: referrer }) } }));

  it("SEC-54 goes on to the page with the form: the route that took it has no page, and must not be sent there again", () => {
    expect(post(`${SHOP}/orders?page=2`)).toBe("/orders?page=2");
    // Behind a proxy that ends TLS the scheme differs.
    expect(post("http://shop.example/orders")).toBe("/orders");
  });

  it("SEC-54 lets no other site choose the page", () => {
    for (const referrer of ["https://evil.example/account/close", "https://shop.example.evil.example/a"]) {
      expect(post(referrer)).toBeNull();
    }
    for (const referrer of ["https://shop.example:8443/a", `${SHOP}//evil.example/a`, "javascript:alert(1)"]) {
      expect(post(referrer)).toBeNull();
    }
  });

  it("goes nowhere in particular without a page", () => {
    for (const referrer of [undefined, "", "about:blank", "/orders", "nonsense", `${SHOP}/login?next=%2Fa`]) {
      expect(post(referrer)).toBeNull();
    }
  });
});

describe("denialResponse, for scripts", () => {
  for (const reason of NEEDS_LOGIN) {
    it(`answers 401 and says why: ${reason}`, async () => {
      const response = ask("/api/orders", { headers: SCRIPT }, reason);
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({ error: "login-required", reason });
      expect(response.headers.get("Cache-Control")).toBe("no-store");
      expect(response.headers.get("Location")).toBeNull();
    });
  }

  it("names a scheme with each 401, as RFC 9110 15.5.2 has it, and none for which browsers have a dialogue", () => {
    const challenge = ask("/api/orders", { headers: SCRIPT }).headers.get("WWW-Authenticate") ?? "";
    expect(challenge).toMatch(/^[\w-]+ realm="[^"]*"$/);
    expect(challenge).not.toMatch(/^(basic|digest|bearer|negotiate|ntlm)\b/i);
  });

  it("answers pages in the same way where there is no login page", () => {
    for (const reason of NEEDS_LOGIN) {
      expect(ask("/orders", { headers: PAGE }, reason, denialResponse()).status).toBe(401);
    }
  });
});

describe("refusal of what is forbidden", () => {
  it("answers 403, to pages as well: a login would not help", async () => {
    for (const headers of [PAGE, SCRIPT]) {
      const response = ask("/admin", { headers }, "forbidden");
      expect(response.status).toBe(403);
      expect(await response.json()).toEqual({ error: "forbidden", reason: "forbidden" });
      expect(response.headers.get("WWW-Authenticate")).toBeNull();
      expect(response.headers.get("Cache-Control")).toBe("no-store");
    }
  });
});

describe("refusal options", () => {
  it("are refused at once when the login page is not a path of this origin", () => {
    for (const loginPage of [
      "",
      "login",
      "https://accounts.example/",
      "//evil.example",
      "/\\evil.example",
      7 as never,
    ]) {
      expect(() => denialResponse({ loginPage })).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining('"/login"') }),
      );
    }
  });
});

describe("a shop with guarded pages", () => {
  function shop() {
    const clock = fakeClock();
    const sessions = new SessionManager({ mode: serverSide(memoryStore()), now: clock.now });
    const guards = new Map([
      ["/orders", requireSubject],
      ["/password", requireFresh(300)],
    ]);
    const requireGrace = requireThat((_session, subject) => subject === "grace");
    const fetch = sessions.wrap(async (request, pending) => {
      const session = await pending;
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === "/login") {
        if (request.method === "GET") return new Response(`Log in, ${searchParams.get("reason") ?? "please"}`);
        await login(session, "eve");
        return Response.redirect(new URL(safeNext(searchParams.get("next")), request.url), 303);
      }
      const guarded = await (guards.get(pathname) ?? requireGrace)(session);
      return guarded.ok ? new Response(`${pathname} of ${guarded.subject}`) : refuse(request, guarded);
    });
    return { clock, client: browser({ origin: SHOP, fetch }) };
  }

  it("SEC-26 SEC-54 asks for a login, goes on to the page, and asks again where the login is too old", async () => {
    const { clock, client } = shop();
    const logIn = async (path: string) => {
      const sent = await client.fetch(path, { headers: PAGE });
      const loginPage = sent.headers.get("Location") ?? "";
      const asked = await (await client.fetch(loginPage)).text();
      return [asked, await (await client.visit(loginPage, { method: "POST" })).text()];
    };
    expect(await logIn("/orders")).toEqual(["Log in, please", "/orders of eve"]);
    expect(await (await client.fetch("/password")).text()).toBe("/password of eve");
    clock.advance(300);
    expect(await (await client.fetch("/orders")).text()).toBe("/orders of eve");
    expect(await logIn("/password")).toEqual(["Log in, not-fresh", "/password of eve"]);
    expect((await client.fetch("/admin", { headers: PAGE })).status).toBe(403);
  });

  it("SEC-54 goes nowhere else after the login, whatever the address of the login page says", async () => {
    const { client } = shop();
    for (const evil of [
      "//evil.example",
      "/\\evil.example",
      "https://evil.example/",
      "javascript:alert(1)",
      "/%09//x",
    ]) {
      const response = await client.fetch(`/login?next=${encodeURIComponent(evil)}`, { method: "POST" });
      expect(new URL(response.headers.get("Location") ?? "", SHOP).origin).toBe(SHOP);
    }
  });

  it("SEC-40 lets no cache keep a refusal for others", async () => {
    const { client } = shop();
    for (const headers of [PAGE, SCRIPT]) {
      const response = await client.fetch("/orders", { headers });
      expect(response.headers.get("Vary")).toBe("Cookie");
      expect(response.headers.get("Cache-Control")).toContain("no-store");
    }
  });
});
