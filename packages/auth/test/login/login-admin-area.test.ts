import {
  AccountManager,
  aal3,
  denialResponse,
  login,
  logout,
  requireAll,
  requireSubject,
  requireThat,
  safeNext,
} from "@coatcheck/auth";
import { memoryStore, type Session, serverSide } from "@coatcheck/core";
import { cookieValueOf, secret } from "@coatcheck/test-support";
import { type Browser, browser, fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

const PAGE = { Accept: "text/html" };

interface ShopData {
  theme: "light" | "dark";
}
interface AdminData {
  role: "admin";
}

/** Two managers on one store: one for customers of the shop, and one with its own cookie for administrators. */
function setUp() {
  const clock = fakeClock();
  const store = memoryStore({ now: clock.now });
  const secrets = secret();
  const mode = serverSide(store, { secrets });
  const shop = new AccountManager<ShopData>({ mode, now: clock.now });
  const admin = new AccountManager<AdminData>({
    mode,
    now: clock.now,
    cookie: { name: "__Host-admin", sameSite: "strict" },
    lifetime: aal3,
  });
  const accounts = new Map([
    ["eve", { password: "secure123" }],
    ["grace", { password: "admin123", role: "admin" as const }],
  ]);
  const requireAdmin = requireAll(
    requireSubject,
    requireThat((session: Session<AdminData>) => session.get("role") === "admin"),
  );
  const toLogin = denialResponse({ loginPage: "/admin/login" });

  async function credentials(request: Request) {
    const form = await request.formData();
    const name = String(form.get("name"));
    const account = accounts.get(name);
    return account?.password === form.get("password") ? { name, ...account } : undefined;
  }
  const shopApp = shop.wrap(async (request, pending) => {
    const session = await pending;
    const { pathname } = new URL(request.url);
    if (pathname === "/theme") session.set("theme", "dark");
    if (pathname === "/login") {
      const known = await credentials(request);
      if (known === undefined) return new Response("wrong", { status: 401 });
      await login(session, known.name, { method: "password" });
    }
    if (pathname === "/logout") logout(session);
    return Response.json({ subject: session.subject, theme: session.get("theme") });
  });
  const adminApp = admin.wrap(async (request, pending) => {
    const session = await pending;
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/admin/login") {
      if (request.method === "GET") return new Response("Administrators, please");
      const known = await credentials(request);
      if (known?.role === undefined) return new Response("wrong", { status: 401 });
      await login(session, known.name, { method: "password" });
      session.set("role", known.role);
      return Response.redirect(new URL(safeNext(searchParams.get("next"), "/admin"), request.url), 303);
    }
    const guarded = await requireAdmin(session);
    if (!guarded.ok) return toLogin(request, guarded);
    if (pathname === "/admin/logout") logout(session);
    return new Response(`dashboard of ${guarded.subject}`);
  });
  const fetch = (request: Request) =>
    new URL(request.url).pathname.startsWith("/admin") ? adminApp(request) : shopApp(request);
  const client = browser({ fetch });
  return {
    clock,
    shop,
    admin,
    client,
    who: async (by: Browser = client) => (await by.fetch("/")).json(),
    dashboard: async (by: Browser = client) => {
      const response = await by.visit("/admin", { headers: PAGE });
      return response.text();
    },
    stranger: () => browser({ fetch }),
  };
}

describe("a shop with customers and administrators", () => {
  it("logs in with the right password only, and keeps the theme from before the login", async () => {
    const { client, who } = setUp();
    await client.fetch("/theme");
    expect((await client.submit("/login", { name: "eve", password: "admin123" })).status).toBe(401);
    expect(await who()).toEqual({ theme: "dark" });
    await client.submit("/login", { name: "eve", password: "secure123" });
    expect(await who()).toEqual({ subject: "eve", theme: "dark" });
  });

  it("SEC-54 shows the dashboard to administrators only, after their login", async () => {
    const { client, dashboard } = setUp();
    expect(await dashboard()).toBe("Administrators, please");
    const { headers } = await client.fetch("/admin?tab=orders", { headers: PAGE });
    const loginPage = headers.get("Location") ?? "";
    expect(loginPage).toBe("/admin/login?next=%2Fadmin%3Ftab%3Dorders");
    expect((await client.submit(loginPage, { name: "eve", password: "secure123" })).status).toBe(401);
    expect(await dashboard()).toBe("Administrators, please");
    expect(await (await client.submit(loginPage, { name: "grace", password: "admin123" })).text()).toBe(
      "dashboard of grace",
    );
  });
});

describe("an admin area with its own manager on the same store", () => {
  async function logInToBoth() {
    const both = setUp();
    await both.client.submit("/login", { name: "grace", password: "admin123" });
    await both.client.submit("/admin/login", { name: "grace", password: "admin123" });
    return both;
  }

  it("SEC-30 has its own cookie, with SameSite=Strict", async () => {
    const { client } = setUp();
    const body = new URLSearchParams({ name: "grace", password: "admin123" });
    const response = await client.fetch("/admin/login", { method: "POST", body });
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-admin=[\w.-]+; Path=\/; HttpOnly; Secure; SameSite=Strict$/),
    ]);
  });

  it("stays logged in when the user logs out of the shop, and the other way round", async () => {
    const first = await logInToBoth();
    expect(await first.who()).toEqual({ subject: "grace" });
    expect(await first.dashboard()).toBe("dashboard of grace");
    await first.client.fetch("/admin/logout");
    expect(await first.dashboard()).toBe("Administrators, please");
    expect(await first.who()).toEqual({ subject: "grace" });

    const second = await logInToBoth();
    await second.client.fetch("/logout");
    expect(await second.who()).toEqual({});
    expect(await second.dashboard()).toBe("dashboard of grace");
  });

  it("SEC-20 ends after exactly 15 minutes without use, and the shop's session does not", async () => {
    const { clock, who, dashboard } = await logInToBoth();
    clock.advance(15 * 60 - 0.001);
    expect(await dashboard()).toBe("dashboard of grace");
    clock.advance(15 * 60);
    expect(await dashboard()).toBe("Administrators, please");
    expect(await who()).toEqual({ subject: "grace" });
  });

  it("SEC-13 rejects the shop's session cookie, and the shop rejects that of the admin area", async () => {
    const { client, stranger, who, dashboard } = await logInToBoth();
    const values = new Map(
      (await client.cookieHeader()).split("; ").map((pair) => [pair.split("=")[0], cookieValueOf(`${pair};`)]),
    );
    expect([...values.keys()].sort()).toEqual(["__Host-admin", "__Host-session"]);
    const thief = stranger();
    await thief.setCookie(`__Host-admin=${values.get("__Host-session")}; Path=/; Secure`);
    await thief.setCookie(`__Host-session=${values.get("__Host-admin")}; Path=/; Secure`);
    expect(await dashboard(thief)).toBe("Administrators, please");
    expect(await who(thief)).toEqual({});
    // The session id alone, without the signature that is bound to the cookie name, is rejected too.
    await thief.setCookie(`__Host-session=${values.get("__Host-admin")?.slice(0, 43)}; Path=/; Secure`);
    await thief.setCookie(`__Host-admin=${values.get("__Host-session")?.slice(0, 43)}; Path=/; Secure`);
    expect(await dashboard(thief)).toBe("Administrators, please");
    expect(await who(thief)).toEqual({});
    expect(await dashboard()).toBe("dashboard of grace");
  });

  it("SEC-24 is logged out by revokeAll of the shop, because both sessions have the same subject", async () => {
    const { shop, who, dashboard } = await logInToBoth();
    expect(await shop.revokeAll("grace")).toBe(2);
    expect(await who()).toEqual({});
    expect(await dashboard()).toBe("Administrators, please");
  });
});
