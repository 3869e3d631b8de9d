import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { eve } from "./demo-users.ts";
import { textOf } from "./page-forms.ts";
import { shopOpener, type TestShop } from "./shop-in-process.ts";

const { kinds, open } = await shopOpener();

describe.each(kinds)("shop, MODE=%s", (kind) => {
  let shop: TestShop;
  beforeAll(async () => {
    shop = await open(kind);
  });
  afterAll(() => shop.close());

  describe("visitor", () => {
    it("sees the storage, no login and an empty cart on the home page", async () => {
      const home = await (await shop.visitor().visit("/")).text();
      expect(home).toContain(`${kind}: `);
      expect(home).toContain("<dd>not logged in</dd>");
      expect(home).toContain("0 in the cart");
    });

    it("gets no cookie for reading pages", async () => {
      const visitor = shop.visitor();
      const paths = ["/", "/get_session", "/view_cart", "/dashboard", "/devices", "/login", "/admin", "/nowhere"];
      for (const path of paths) await visitor.visit(path);
      expect(await visitor.cookieHeader()).toBe("");
    });

    it("is greeted as Guest, and by name after giving one", async () => {
      const visitor = shop.visitor();
      expect(await textOf(visitor, "/get_session")).toContain("Welcome, Guest");
      const greeting = await visitor.submit("/set_session", { username: "Alice" });
      expect(await greeting.text()).toContain("Welcome, Alice");
      expect(await textOf(visitor, "/get_session")).toContain("Welcome, Alice");
    });

    it("can fill a cart", async () => {
      const visitor = shop.visitor();
      expect(await textOf(visitor, "/view_cart")).toContain("Cart: []");
      await visitor.submit("/add_to_cart", { item: "book" });
      const cart = await visitor.submit("/add_to_cart", { item: "pen" });
      expect(await cart.text()).toContain("Cart: ['book', 'pen']");
      expect(await textOf(visitor, "/")).toContain("2 in the cart");
    });

    it("sees input as text, never as HTML", async () => {
      const visitor = shop.visitor();
      const input = `<script>alert("1")</script> & 'co'`;
      const escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;co&#39;";
      const greeting = await visitor.submit("/set_session", { username: input });
      expect(await greeting.text()).toContain(`<h1>Welcome, ${escaped}</h1>`);
      const cart = await visitor.submit("/add_to_cart", { item: input });
      expect(await cart.text()).toContain(`Cart: ['${escaped}']`);
      expect(await textOf(visitor, "/")).not.toContain("<script");
    });

    it("sees no data of another visitor", async () => {
      const alice = shop.visitor();
      const bob = shop.visitor();
      await alice.submit("/set_session", { username: "Alice" });
      await alice.submit("/add_to_cart", { item: "book" });
      await bob.submit("/add_to_cart", { item: "hat" });
      expect(await textOf(bob, "/get_session")).toContain("Welcome, Guest");
      expect(await textOf(bob, "/view_cart")).toContain("Cart: ['hat']");
      expect(await textOf(alice, "/view_cart")).toContain("Cart: ['book']");
    });

    it("is redirected from the dashboard to the login page", async () => {
      const response = await shop.visitor().fetch("/dashboard");
      expect(response.status).toBe(303);
      expect(response.headers.get("Location")).toBe("/login?next=%2Fdashboard");
    });
  });

  describe("login", () => {
    it("opens the dashboard with the theme and a message that is shown once", async () => {
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
      ["a username in lower case", { ...eve, username: "eve" }],
    ])("fails with %s and changes nothing", async (_, credentials) => {
      const visitor = shop.visitor();
      await visitor.submit("/add_to_cart", { item: "book" });
      const before = await visitor.cookieHeader();
      const response = await visitor.submit("/login", { ...credentials, next: "/devices" });
      expect(response.status).toBe(401);
      const page = await response.text();
      expect(page).toContain('<p class="message error" role="alert">Wrong username or password</p>');
      // The form keeps everything that was entered, except the password.
      expect(page).toContain(`name="username" value="${credentials.username}"`);
      expect(page).toContain('<input type="hidden" name="next" value="/devices"/>');
      expect(page).toMatch(/<option value="dark" selected/);
      expect(page).not.toContain(`value="${credentials.password}"`);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await visitor.cookieHeader()).toBe(before);
      expect(await textOf(visitor, "/")).toContain("<dd>not logged in</dd>");
    });

    it("rejects a theme other than light and dark", async () => {
      const visitor = shop.visitor();
      const response = await visitor.submit("/login", { ...eve, theme: "red;} body{display:none" });
      expect(response.status).toBe(400);
      expect(await response.text()).toContain("light or dark");
      expect(await visitor.cookieHeader()).toBe("");
    });
  });

  describe("logout", () => {
    it("ends the session and shows a message once", async () => {
      const visitor = shop.visitor();
      await visitor.submit("/add_to_cart", { item: "book" });
      await visitor.submit("/login", eve);
      const home = await (await visitor.submit("/logout", {})).text();
      expect(home).toContain("You are logged out");
      expect(home).toContain("<dd>not logged in</dd>");
      expect(await textOf(visitor, "/")).not.toContain("You are logged out");
      expect(await textOf(visitor, "/view_cart")).toContain("Cart: []");
      expect((await visitor.fetch("/dashboard")).status).toBe(303);
    });

    it("leaves no cookie after its message was shown", async () => {
      const visitor = shop.visitor();
      await visitor.submit("/login", eve);
      await visitor.submit("/logout", {});
      expect(await visitor.cookieHeader()).toBe("");
    });

    it("SEC-22 also ends a copy of the cookie", async () => {
      const visitor = shop.visitor();
      await visitor.submit("/login", eve);
      const thief = await visitor.clone();
      expect(await textOf(thief, "/dashboard")).toContain("Welcome, Eve");
      await visitor.submit("/logout", {});
      const dashboard = await thief.fetch("/dashboard");
      expect(dashboard.status).toBe(303);
      expect(await textOf(thief, "/")).toContain("<dd>not logged in</dd>");
    });
  });

  describe("invalid request", () => {
    it.each([
      ["/set_session", {}, "username"],
      ["/add_to_cart", { item: "" }, "item"],
      ["/login", { username: "Eve" }, "password, theme"],
    ])("POST %s says which fields are missing", async (path, fields, missing) => {
      const response = await shop.visitor().submit(path, fields);
      expect(response.status).toBe(400);
      expect(await response.text()).toContain(`Please fill in: ${missing}.`);
    });

    it("treats a body that is not a form as a form without fields", async () => {
      const headers = { "Content-Type": "multipart/form-data" };
      const response = await shop.visitor().fetch("/set_session", { method: "POST", body: "?", headers });
      expect(response.status).toBe(400);
    });

    it("answers an unknown path with a 404 page", async () => {
      const response = await shop.visitor().fetch("/nowhere");
      expect(response.status).toBe(404);
      expect(await response.text()).toContain("There is no such page");
    });

    it("answers a cart that is too large with a page that says what to do, and logs the error", async () => {
      const log = vi.spyOn(console, "error").mockReturnValue();
      const visitor = shop.visitor();
      await visitor.submit("/add_to_cart", { item: "book" });
      const response = await visitor.submit("/add_to_cart", { item: "feather".repeat(150_000) });
      const logged = inspect(log.mock.calls);
      log.mockRestore();
      const page = await response.text();
      expect(response.status).toBe(413);
      expect(page).toContain("Your session has no room for that, so nothing was changed.");
      expect(page).toContain('name="kind" value="sqlite"');
      expect(page).not.toMatch(/feather|SESSION_TOO_LARGE|\bat \w+ \(/);
      expect(logged).toContain("SESSION_TOO_LARGE");
      expect(logged).not.toContain("feather");
      expect(await textOf(visitor, "/view_cart")).toContain("Cart: ['book']");
    });
  });
});
