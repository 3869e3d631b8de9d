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

const toResponse = denialResponse({ loginPage: "/login" });

/** The response to a denied request for a path of the shop. */
function deny(
  path: string,
  init: RequestInit = {},
  reason: DenialReason = "anonymous",
  respond = toResponse,
): Response {
  return respond(new Request(SHOP + path, init), { ok: false, reason });
}

/** The `next` in the address of the login page. */
function nextOf(response: Response): string | null {
  expect(response.status).toBe(303);
  const url = new URL(response.headers.get("Location") ?? "", SHOP);
  expect(url.origin + url.pathname).toBe(`${SHOP}/login`);
  return url.searchParams.get("next");
}

describe("denialResponse for pages", () => {
  it("SEC-54 redirects an anonymous visitor to the login page, with the requested page in next", () => {
    const response = deny("/orders?page=2&q=a%26b", { headers: PAGE });
    expect(response.status).toBe(303);
    expect(response.headers.get("Location")).toBe("/login?next=%2Forders%3Fpage%3D2%26q%3Da%2526b");
    expect(nextOf(response)).toBe("/orders?page=2&q=a%26b");
    expect(safeNext(nextOf(response))).toBe("/orders?page=2&q=a%26b");
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(response.body).toBeNull();
  });

  it("tells the login page why the existing login is not enough, so that it does not send the user back", () => {
    for (const reason of ["not-fresh", "level-too-low"] as const) {
      expect(deny("/account", { headers: PAGE }, reason).headers.get("Location")).toBe(
        `/login?next=%2Faccount&reason=${reason}`,
      );
    }
  });

  it("keeps the query and hash of loginPage, but replaces a next in it", () => {
    const withQuery = denialResponse({ loginPage: "/login?lang=de&next=/elsewhere#form" });
    const response = deny("/orders", { headers: PAGE }, "anonymous", withQuery);
    expect(response.headers.get("Location")).toBe("/login?lang=de&next=%2Forders#form");
  });

  it("SEC-54 omits a next that leads to another origin", () => {
    for (const path of ["//evil.example", "//evil.example/a", "/.//evil.example", `/${"a".repeat(2048)}`]) {
      expect(nextOf(deny(path, { headers: PAGE }))).toBeNull();
    }
  });

  it("does not redirect from the login page to itself, which would never end", async () => {
    for (const path of ["/login", "/login/", "/login?next=%2Forders", "/login//"]) {
      const response = deny(path, { headers: PAGE });
      expect(response.status).toBe(401);
      expect(response.headers.get("Location")).toBeNull();
    }
    expect(deny("/login", { headers: PAGE }, "anonymous", denialResponse({ loginPage: "/login/" })).status).toBe(401);
    const app = browser({
      origin: SHOP,
      fetch: (request) => toResponse(request, { ok: false, reason: "anonymous" }),
    });
    expect((await app.visit("/orders", { headers: PAGE })).status).toBe(401);
  });

  it("decides by Accept when Sec-Fetch-Mode is missing", () => {
    expect(nextOf(deny("/orders", { headers: { Accept: PAGE.Accept } }))).toBe("/orders");
    expect(nextOf(deny("/orders", { headers: { Accept: "Text/HTML" } }))).toBe("/orders");
    for (const headers of [{}, { Accept: "*/*" }, { Accept: "application/json" }, { Accept: "x-text/htmlx" }]) {
      expect(deny("/orders", { headers }).status).toBe(401);
    }
    // A script may accept HTML. It would follow the redirect and read the login page as its response.
    expect(deny("/orders", { headers: { ...PAGE, ...SCRIPT, Accept: "text/html" } }).status).toBe(401);
    expect(nextOf(deny("/orders", { headers: { "Sec-Fetch-Mode": "navigate", Accept: "*/*" } }))).toBe("/orders");
  });

  it.each(["/orders", "http://[::/orders"])("answers 401 when the URL cannot be parsed, as in Bun for %s", (url) => {
    // The constructor of Request throws for such a URL.
    const request = { method: "GET", url, headers: new Headers(PAGE) } as Request;
    expect(toResponse(request, { ok: false, reason: "anonymous" }).status).toBe(401);
  });

  it("treats HEAD like GET", () => {
    expect(nextOf(deny("/orders", { method: "HEAD", headers: PAGE }))).toBe("/orders");
  });
});

describe("denialResponse for forms", () => {
  const post = (referrer?: string, path = "/orders/delete?id=7") =>
    nextOf(deny(path, { method: "POST", headers: { ...PAGE, ...(referrer !== undefined && { Referer: referrer }) } }));

  it("SEC-54 returns to the page of the form, so that the form is not sent again", () => {
    expect(post(`${SHOP}/orders?page=2`)).toBe("/orders?page=2");
    // Behind a proxy that terminates TLS the scheme differs.
    expect(post("http://shop.example/orders")).toBe("/orders");
  });

  it("SEC-54 ignores a Referer of another site", () => {
    for (const referrer of ["https://evil.example/account/close", "https://shop.example.evil.example/a"]) {
      expect(post(referrer)).toBeNull();
    }
    for (const referrer of ["https://shop.example:8443/a", `${SHOP}//evil.example/a`, "javascript:alert(1)"]) {
      expect(post(referrer)).toBeNull();
    }
  });

  it("omits next when there is no page to return to", () => {
    for (const referrer of [undefined, "", "about:blank", "/orders", "nonsense", `${SHOP}/login?next=%2Fa`]) {
      expect(post(referrer)).toBeNull();
    }
  });
});

describe("denialResponse for scripts", () => {
  for (const reason of NEEDS_LOGIN) {
    it(`answers 401 with the reason ${reason}`, async () => {
      const response = deny("/api/orders", { headers: SCRIPT }, reason);
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({ error: "login-required", reason });
      expect(response.headers.get("Cache-Control")).toBe("no-store");
      expect(response.headers.get("Location")).toBeNull();
    });
  }

  it("names a scheme with each 401 (RFC 9110, 15.5.2), but none for which browsers ask for a password", () => {
    const challenge = deny("/api/orders", { headers: SCRIPT }).headers.get("WWW-Authenticate") ?? "";
    expect(challenge).toMatch(/^[\w-]+ realm="[^"]*"$/);
    expect(challenge).not.toMatch(/^(basic|digest|bearer|negotiate|ntlm)\b/i);
  });

  it("answers pages with 401 too when there is no login page", () => {
    for (const reason of NEEDS_LOGIN) {
      expect(deny("/orders", { headers: PAGE }, reason, denialResponse()).status).toBe(401);
    }
  });
});

describe("denialResponse with the reason forbidden", () => {
  it("answers 403 to pages and scripts, because a login would not help", async () => {
    for (const headers of [PAGE, SCRIPT]) {
      const response = deny("/admin", { headers }, "forbidden");
      expect(response.status).toBe(403);
      expect(await response.json()).toEqual({ error: "forbidden", reason: "forbidden" });
      expect(response.headers.get("WWW-Authenticate")).toBeNull();
      expect(response.headers.get("Cache-Control")).toBe("no-store");
    }
  });
});

describe("denialResponse options", () => {
  it("are rejected at construction when loginPage is not a path on this origin", () => {
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
      return guarded.ok ? new Response(`${pathname} of ${guarded.subject}`) : toResponse(request, guarded);
    });
    return { clock, client: browser({ origin: SHOP, fetch }) };
  }

  it("SEC-26 SEC-54 asks for a login, returns to the page, and asks again when the login is too old", async () => {
    const { clock, client } = shop();
    const logIn = async (path: string) => {
      const sent = await client.fetch(path, { headers: PAGE });
      const loginPage = sent.headers.get("Location") ?? "";
      const form = await (await client.fetch(loginPage)).text();
      return [form, await (await client.visit(loginPage, { method: "POST" })).text()];
    };
    expect(await logIn("/orders")).toEqual(["Log in, please", "/orders of eve"]);
    expect(await (await client.fetch("/password")).text()).toBe("/password of eve");
    clock.advance(300);
    expect(await (await client.fetch("/orders")).text()).toBe("/orders of eve");
    expect(await logIn("/password")).toEqual(["Log in, not-fresh", "/password of eve"]);
    expect((await client.fetch("/admin", { headers: PAGE })).status).toBe(403);
  });

  it("SEC-54 stays on this origin after the login, whatever next contains", async () => {
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

  it("SEC-40 prevents caches from storing a denial", async () => {
    const { client } = shop();
    for (const headers of [PAGE, SCRIPT]) {
      const response = await client.fetch("/orders", { headers });
      expect(response.headers.get("Vary")).toBe("Cookie");
      expect(response.headers.get("Cache-Control")).toContain("no-store");
    }
  });
});
