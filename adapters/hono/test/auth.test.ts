import { login, logout, requireFresh, requireSubject, requireThat, safeNext } from "@coatcheck/auth";
import { memoryStore, type Session, SessionManager, serverSide } from "@coatcheck/core";
import { session } from "@coatcheck/hono";
import { guard } from "@coatcheck/hono/auth";
import { type Browser, browser, fakeClock } from "@coatcheck/testing";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { codeOf } from "./support/shop.ts";

interface Data {
  role: "customer" | "admin";
}

const PAGE = { "Sec-Fetch-Mode": "navigate" };
const toLogin = { loginPage: "/login" };

function setUp() {
  const clock = fakeClock();
  const sessions = new SessionManager<Data>({ mode: serverSide(memoryStore()), now: clock.now });
  const requireAdmin = requireThat((session: Session<Data>) => session.get("role") === "admin");
  const reached: string[] = [];
  const account = new Hono()
    .use(guard(requireSubject, toLogin))
    .get("/", (c) => c.text(`account of ${c.var.subject}`))
    .post("/close", guard(requireFresh(300), toLogin), (c) => c.text(`closed by ${c.var.subject}`));
  const app = new Hono()
    .use(session(sessions))
    .get("/", (c) => c.text("shop"))
    .get("/login", (c) => c.text(`log in, ${c.req.query("reason") ?? "please"}`))
    .post("/login", async (c) => {
      const session = await c.var.session;
      const { as = "eve" } = c.req.query();
      await login(session, as);
      session.set("role", as === "grace" ? "admin" : "customer");
      return c.redirect(safeNext(c.req.query("next")), 303);
    })
    .post("/logout", async (c) => {
      logout(await c.var.session);
      return c.redirect("/", 303);
    })
    .get("/api/me", guard(requireSubject), (c) => {
      reached.push(c.var.subject);
      return c.json({ subject: c.var.subject });
    })
    .get("/admin", guard(requireAdmin, toLogin), (c) => c.text(`dashboard of ${c.var.subject}`))
    .route("/account", account);
  return { clock, reached, client: browser({ fetch: (request) => app.fetch(request) }) };
}

const textOf = async (client: Browser, path: string, init?: RequestInit) => (await client.visit(path, init)).text();

describe("guard", () => {
  it("answers a script without a login with 401 and does not run the handler", async () => {
    const { client, reached } = setUp();
    const response = await client.fetch("/api/me");
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ error: "login-required", reason: "anonymous" });
    expect(response.headers.get("Vary")).toBe("Cookie");
    expect(reached).toEqual([]);
  });

  it("SEC-54 redirects visitors to the login page and lets them in after the login", async () => {
    const { client } = setUp();
    const sent = await client.fetch("/account?tab=1", { headers: PAGE });
    expect(sent.status).toBe(303);
    const loginPage = sent.headers.get("Location") ?? "";
    expect(loginPage).toBe("/login?next=%2Faccount%3Ftab%3D1");
    expect(await textOf(client, loginPage, { method: "POST" })).toBe("account of eve");
    expect(await (await client.fetch("/api/me")).json()).toEqual({ subject: "eve" });
    await client.fetch("/logout", { method: "POST" });
    expect((await client.fetch("/account", { headers: PAGE })).status).toBe(303);
  });

  it("SEC-26 requires a recent login for a sensitive action", async () => {
    const { clock, client } = setUp();
    await client.fetch("/login", { method: "POST" });
    const close = { method: "POST", headers: { ...PAGE, Referer: "https://localhost/account" } };
    clock.advance(299.999);
    expect(await textOf(client, "/account/close", close)).toBe("closed by eve");
    clock.advance(0.001);
    const sent = await client.fetch("/account/close", close);
    expect(sent.headers.get("Location")).toBe("/login?next=%2Faccount&reason=not-fresh");
    expect(await textOf(client, "/account", { headers: PAGE })).toBe("account of eve");
  });

  it("checks a predicate and answers 403 when another login would not help", async () => {
    const { client } = setUp();
    await client.fetch("/login", { method: "POST" });
    expect((await client.fetch("/admin", { headers: PAGE })).status).toBe(403);
    await client.fetch("/login?as=grace", { method: "POST" });
    expect(await textOf(client, "/admin", { headers: PAGE })).toBe("dashboard of grace");
  });

  it("rejects a login page on another origin at construction", async () => {
    expect(await codeOf(() => guard(requireSubject, { loginPage: "https://evil.example/" }))).toBe("INVALID_OPTION");
  });

  it("throws INVALID_OPTION when session() is missing", async () => {
    const app = new Hono()
      .get("/", guard(requireSubject), (c) => c.text(c.var.subject))
      .onError(async (error, c) => c.text(`${await codeOf(() => Promise.reject(error))} ${error.message}`, 500));
    const response = await app.request("/");
    expect(await response.text()).toMatch(/^INVALID_OPTION .*session\(\)/);
  });

  it("SEC-42 lets no request pass while the store is down", async () => {
    const reached: string[] = [];
    const store = { ...memoryStore(), load: () => Promise.reject(new Error("away")) };
    const app = new Hono()
      .use(session(new SessionManager({ mode: serverSide(store) })))
      .get("/", guard(requireSubject), (c) => c.text(String(reached.push(c.var.subject))))
      .onError((_error, c) => c.text("unavailable", 503));
    const headers = { Cookie: `__Host-session=${"A".repeat(43)}` };
    expect((await app.request("https://localhost/", { headers })).status).toBe(503);
    expect(reached).toEqual([]);
  });
});
