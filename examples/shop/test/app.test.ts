import { inspect } from "node:util";
import type { Browser } from "@coatcheck/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { shopOpener, type TestShop } from "./shop-in-process.ts";

const eve = { username: "Eve", password: "secure123", theme: "dark" };

const { kinds, open } = await shopOpener();

describe.each(kinds)("the shop, MODE=%s", (kind) => {
  let shop: TestShop;
  beforeAll(async () => {
    shop = await open(kind);
  });
  afterAll(() => shop.close());

  describe("a visitor", () => {
    it("sees on the home page the mode, that nobody is logged in, and an empty cart", async () => {
      const home = await (await shop.visitor().visit("/")).text();
      expect(home).toContain(`${kind}: `);
      expect(home).toContain("<dd>nobody</dd>");
      expect(home).toContain("0 in the cart");
    });

    it("gets no cookie for looking around", async () => {
      const visitor = shop.visitor();
      const paths = ["/", "/get_session", "/view_cart", "/dashboard", "/devices", "/login", "/admin", "/nowhere"];
      for (const path of paths) await visitor.visit(path);
      expect(await visitor.cookieHeader()).toBe("");
    });

    it("is greeted as Guest, and by name once it was given", async () => {
      const visitor = shop.visitor();
      expect(await textOf(visitor, "/get_session")).toContain("Welcome, Guest");
      const greeting = await visitor.submit("/set_session", { username: "Alice" });
      expect(await greeting.text()).toContain("Welcome, Alice");
      expect(await textOf(visitor, "/get_session")).toContain("Welcome, Alice");
    });

    it("fills a cart", async () => {
      const visitor = shop.visitor();
      expect(await textOf(visitor, "/view_cart")).toContain("Cart: []");
      await visitor.submit("/add_to_cart", { item: "book" });
      const cart = await visitor.submit("/add_to_cart", { item: "pen" });
      expect(await cart.text()).toContain("Cart: ['book', 'pen']");
      expect(await textOf(visitor, "/")).toContain("2 in the cart");
    });

    it("sees their input as text, never as HTML", async () => {
      const visitor = shop.visitor();
      const input = `<script>alert("1")</script> & 'co'`;
      const escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;co&#39;";
      const greeting = await visitor.submit("/set_session", { username: input });
      expect(await greeting.text()).toContain(`<h1>Welcome, ${escaped}</h1>`);
      const cart = await visitor.submit("/add_to_cart", { item: input });
      expect(await cart.text()).toContain(`Cart: ['${escaped}']`);
      expect(await textOf(visitor, "/")).not.toContain("<script");
    });

    it("sees nothing of another visitor", async () => {
      const alice = shop.visitor();
      const bob = shop.visitor();
      await alice.submit("/set_session", { username: "Alice" });
      await alice.submit("/add_to_cart", { item: "book" });
      await bob.submit("/add_to_cart", { item: "hat" });
      expect(await textOf(bob, "/get_session")).toContain("Welcome, Guest");
      expect(await textOf(bob, "/view_cart")).toContain("Cart: ['hat']");
      expect(await textOf(alice, "/view_cart")).toContain("Cart: ['book']");
    });

    it("is sent from the dashboard to the login page", async () => {
      const response = await shop.visitor().fetch("/dashboard");
      expect(response.status).toBe(303);
      expect(response.headers.get("Location")).toBe("/login?next=%2Fdashboard");
    });
  });

  describe("a login", () => {
    it("leads to the dashboard, with the theme and a message that is shown once", async () => {
      const visitor = shop.visitor();
      const first = await (await visitor.submit("/login", eve)).text();
      expect(first).toContain("Welcome, Eve");
      expect(first).toContain("Theme: dark");
      expect(first).toContain('<html lang="en" data-theme="dark">');
      expect(first).toContain("You are logged in");
      const second = await textOf(visitor, "/dashboard");
      expect(second).toContain("Welcome, Eve");
      expect(second).toContain("Theme: dark");
      expect(second).not.toContain("You are logged in");
      expect(await textOf(visitor, "/")).toContain("<dd>Eve</dd>");
    });

    it("keeps the cart and changes the cookie", async () => {
      const visitor = shop.visitor();
      await visitor.submit("/add_to_cart", { item: "book" });
      const before = await visitor.cookieHeader();
      await visitor.submit("/login", eve);
      expect(await textOf(visitor, "/view_cart")).toContain("Cart: ['book']");
      expect(await visitor.cookieHeader()).toMatch(/^__Host-session=.+/);
      expect(await visitor.cookieHeader()).not.toBe(before);
    });

    it.each([
      ["a wrong password", { ...eve, password: "secure124" }],
      ["an unknown user", { ...eve, username: "Mallory" }],
      ["the name in other letters", { ...eve, username: "eve" }],
    ])("with %s says so and changes nothing", async (_, credentials) => {
      const visitor = shop.visitor();
      await visitor.submit("/add_to_cart", { item: "book" });
      const before = await visitor.cookieHeader();
      const response = await visitor.submit("/login", { ...credentials, next: "/devices" });
      expect(response.status).toBe(401);
      const page = await response.text();
      expect(page).toContain('<p class="message error" role="alert">Wrong username or password</p>');
      // To be tried again at once, with all that was filled in but the password.
      expect(page).toContain(`name="username" value="${credentials.username}"`);
      expect(page).toContain('<input type="hidden" name="next" value="/devices"/>');
      expect(page).toMatch(/<option value="dark" selected/);
      expect(page).not.toContain(`value="${credentials.password}"`);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await visitor.cookieHeader()).toBe(before);
      expect(await textOf(visitor, "/")).toContain("<dd>nobody</dd>");
    });

    it("refuses a theme other than light and dark", async () => {
      const visitor = shop.visitor();
      const response = await visitor.submit("/login", { ...eve, theme: "red;} body{display:none" });
      expect(response.status).toBe(400);
      expect(await response.text()).toContain("light or dark");
      expect(await visitor.cookieHeader()).toBe("");
    });
  });

  describe("a logout", () => {
    it("ends the session, with a message that is shown once", async () => {
      const visitor = shop.visitor();
      await visitor.submit("/add_to_cart", { item: "book" });
      await visitor.submit("/login", eve);
      const home = await (await visitor.submit("/logout", {})).text();
      expect(home).toContain("You are logged out");
      expect(home).toContain("<dd>nobody</dd>");
      expect(await textOf(visitor, "/")).not.toContain("You are logged out");
      expect(await textOf(visitor, "/view_cart")).toContain("Cart: []");
      expect((await visitor.fetch("/dashboard")).status).toBe(303);
    });

    it("leaves no cookie once its message was seen", async () => {
      const visitor = shop.visitor();
      await visitor.submit("/login", eve);
      await visitor.submit("/logout", {});
      expect(await visitor.cookieHeader()).toBe("");
    });

    it("SEC-22 ends copies of the cookie made before it", async () => {
      const visitor = shop.visitor();
      await visitor.submit("/login", eve);
      const thief = await visitor.clone();
      expect(await textOf(thief, "/dashboard")).toContain("Welcome, Eve");
      await visitor.submit("/logout", {});
      const dashboard = await thief.fetch("/dashboard");
      expect(dashboard.status).toBe(303);
      expect(await textOf(thief, "/")).toContain("<dd>nobody</dd>");
    });
  });

  describe("a request that cannot be served", () => {
    it.each([
      ["/set_session", {}, "username"],
      ["/add_to_cart", { item: "" }, "item"],
      ["/login", { username: "Eve" }, "password, theme"],
    ])("POST %s without its fields is told which", async (path, fields, missing) => {
      const response = await shop.visitor().submit(path, fields);
      expect(response.status).toBe(400);
      expect(await response.text()).toContain(`Please fill in: ${missing}.`);
    });

    it("a body that is no form has no fields", async () => {
      const headers = { "Content-Type": "multipart/form-data" };
      const response = await shop.visitor().fetch("/set_session", { method: "POST", body: "?", headers });
      expect(response.status).toBe(400);
    });

    it("an unknown path is a 404 page", async () => {
      const response = await shop.visitor().fetch("/nowhere");
      expect(response.status).toBe(404);
      expect(await response.text()).toContain("There is no such page");
    });

    it("a cart too large to keep is a page that says what to do, and a log line", async () => {
      const log = vi.spyOn(console, "error").mockReturnValue();
      const visitor = shop.visitor();
      await visitor.submit("/add_to_cart", { item: "book" });
      const response = await visitor.submit("/add_to_cart", { item: "feather".repeat(150_000) });
      const logged = inspect(log.mock.calls);
      log.mockRestore();
      const page = await response.text();
      expect(response.status).toBe(413);
      expect(page).toContain("There is no room for that in your session, so nothing was changed.");
      expect(page).toContain('name="kind" value="sqlite"');
      expect(page).not.toMatch(/feather|SESSION_TOO_LARGE|\bat \w+ \(/);
      expect(logged).toContain("SESSION_TOO_LARGE");
      expect(logged).not.toContain("feather");
      expect(await textOf(visitor, "/view_cart")).toContain("Cart: ['book']");
    });
  });
});

async function textOf(visitor: Browser, path: string): Promise<string> {
  return (await visitor.visit(path)).text();
}
