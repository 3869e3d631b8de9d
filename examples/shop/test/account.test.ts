import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isCookieKind } from "../src/sessions/storage-kind.ts";
import { eve, grace } from "./demo-users.ts";
import { chrome } from "./navigation.ts";
import { fieldOf, restartBrowser, submitFrom, textOf } from "./page-forms.ts";
import { shopOpener, type TestShop } from "./shop-in-process.ts";

const { kinds, open } = await shopOpener();

describe.each(kinds)("account pages, MODE=%s", (kind) => {
  const canList = !isCookieKind(kind);
  let shop: TestShop;
  beforeEach(async () => {
    shop = await open(kind);
  });
  afterEach(() => shop.close());

  describe("login page", () => {
    it("returns to the page that the visitor asked for", async () => {
      const visitor = shop.visitor();
      const loginPage = await textOf(visitor, "/devices");
      expect(loginPage).toContain("<h1>Log in</h1>");
      const next = fieldOf(loginPage, "next");
      expect(next).toBe("/devices");
      expect(await (await visitor.submit("/login", { ...eve, next })).text()).toContain("<h1>Your devices</h1>");
    });

    it.each([
      "https://evil.example/",
      "//evil.example",
      "/\\evil.example",
      "/.//evil.example",
      "javascript:alert(1)",
      "/\t/evil.example",
    ])("SEC-54 does not redirect to %j after the login", async (next) => {
      const visitor = shop.visitor();
      const page = await textOf(visitor, `/login?next=${encodeURIComponent(next)}`);
      expect(fieldOf(page, "next")).toBe("/dashboard");
      const response = await visitor.fetch("/login", {
        method: "POST",
        body: new URLSearchParams({ ...eve, next }),
      });
      expect(response.headers.get("Location")).toBe("/dashboard");
    });

    it("ends the login with the browser if the box is not checked", async () => {
      const visitor = shop.visitor();
      await visitor.submit("/login", eve);
      await restartBrowser(visitor);
      expect(await textOf(visitor, "/dashboard")).toContain("<h1>Log in</h1>");
    });
  });

  describe("remembered browser", () => {
    it("SEC-53 stays logged in after a restart, but must confirm the password before a sensitive page", async () => {
      const visitor = shop.visitor();
      const dashboard = await visitor.submit("/login", { ...eve, remember: "on" });
      expect(await dashboard.text()).toContain("Logged in by: password");
      expect(await textOf(visitor, "/password")).toContain("<h1>Change the password</h1>");

      await restartBrowser(visitor);
      expect(await textOf(visitor, "/dashboard")).toContain("Logged in by: remember-me");
      const sent = await visitor.fetch("/password");
      expect(sent.headers.get("Location")).toBe("/login?next=%2Fpassword&reason=not-fresh");
      expect(await textOf(visitor, "/password")).toContain("Eve is logged in here.");
      await submitFrom(visitor, "/dashboard", "/password", { current: eve.password, password: "a new password" });
      expect((await shop.visitor().submit("/login", { ...eve, password: "a new password" })).status).toBe(401);

      const page = await visitor.submit("/login", { ...eve, next: "/password" });
      expect(await page.text()).toContain("<h1>Change the password</h1>");
      await restartBrowser(visitor);
      expect(await textOf(visitor, "/dashboard")).toContain("Logged in by: remember-me");
    });

    it("SEC-52 is forgotten at logout, and so is a copy of its cookies", async () => {
      const visitor = shop.visitor();
      await visitor.submit("/login", { ...eve, remember: "on" });
      const thief = await visitor.clone();
      await visitor.submit("/logout", {});
      expect(await visitor.cookieHeader()).toBe("");
      await restartBrowser(thief);
      expect(await textOf(thief, "/dashboard")).toContain("<h1>Log in</h1>");
    });
  });

  describe("devices page", () => {
    if (canList)
      it("SEC-24 SEC-27 lists both browsers and ends the session of the other one", async () => {
        const [one, other] = [shop.visitor(), shop.visitor(chrome)];
        await one.submit("/login", eve);
        await other.submit("/login", { ...eve, remember: "on" });
        const page = await textOf(one, "/devices");
        expect(page).toMatch(/Firefox on Linux[\s\S]*this browser/);
        expect(page).toContain("Chrome on Windows");
        expect(page.match(/<tr>/g)).toHaveLength(3);
        expect(page.match(/this browser/g)).toHaveLength(1);

        const stranger = shop.visitor();
        await stranger.submit("/login", grace);
        const id = fieldOf(page, "id");
        expect(await (await submitFrom(stranger, "/devices", "/devices/revoke", { id })).text()).toContain(
          "That session no longer exists",
        );
        expect(await textOf(other, "/dashboard")).toContain("Welcome, Eve");

        const after = await (await submitFrom(one, "/devices", "/devices/revoke", { id })).text();
        expect(after).toContain("That session has ended");
        expect(after).not.toContain("Chrome on Windows");
        expect(await textOf(other, "/dashboard")).toContain("<h1>Log in</h1>");
        expect(await textOf(one, "/dashboard")).toContain("Welcome, Eve");
      });

    if (canList)
      it("SEC-25 allows five sessions: a sixth login ends the oldest one", async () => {
        const visitors = Array.from({ length: 6 }, () => shop.visitor());
        for (const visitor of visitors) await visitor.submit("/login", eve);
        const isIn = async (index: number) =>
          (await textOf(visitors[index] ?? shop.visitor(), "/dashboard")).includes("Welcome, Eve");
        expect([await isIn(0), await isIn(1), await isIn(5)]).toEqual([false, true, true]);
      });

    if (!canList)
      it("says that sessions in cookies cannot be listed", async () => {
        const visitor = shop.visitor();
        await visitor.submit("/login", eve);
        const page = await visitor.visit("/devices");
        expect(page.status).toBe(200);
        const text = await page.text();
        expect(text).toContain("The server cannot list them");
        expect(text).not.toContain("<table>");
        expect(text).toContain("Log out everywhere");
      });

    it("SEC-24 logs out all other browsers of the user and no other user", async () => {
      const [one, other, stranger] = [shop.visitor(), shop.visitor(), shop.visitor()];
      await one.submit("/login", { ...eve, remember: "on" });
      await other.submit("/login", { ...eve, remember: "on" });
      await stranger.submit("/login", grace);
      const page = await submitFrom(one, "/devices", "/devices/revoke-others");
      expect(await page.text()).toContain("All other sessions have ended");
      expect(await textOf(other, "/dashboard")).toContain("<h1>Log in</h1>");
      expect(await textOf(stranger, "/dashboard")).toContain("Welcome, Grace");
      await restartBrowser(one);
      expect(await textOf(one, "/dashboard")).toContain("Welcome, Eve");
    });

    it("SEC-24 logs out everywhere, including remembered browsers and the admin area", async () => {
      const [one, other, thief] = [shop.visitor(), shop.visitor(), shop.visitor()];
      await one.submit("/login", { ...grace, remember: "on" });
      await one.submit("/admin/login", grace);
      await other.submit("/login", { ...grace, remember: "on" });
      await thief.setCookie((await one.cookieHeader()).replace(/.*(__Host-session=[^;]+).*/, "$1; Path=/; Secure"));
      expect(await textOf(thief, "/dashboard")).toContain("Welcome, Grace");

      const home = await (await submitFrom(one, "/devices", "/devices/revoke-all")).text();
      expect(home).toContain("You are logged out everywhere");
      expect(home).toContain("<dd>not logged in</dd>");
      for (const visitor of [one, other, thief]) {
        expect(await textOf(visitor, "/dashboard")).toContain("<h1>Log in</h1>");
        expect(await textOf(visitor, "/admin")).toContain("<h1>Admin login</h1>");
      }
    });
  });

  describe("password change", () => {
    it("keeps this session and its theme, and ends every other session", async () => {
      const [one, other] = [shop.visitor(), shop.visitor()];
      await one.submit("/login", { ...eve, remember: "on" });
      await other.submit("/login", { ...eve, remember: "on" });
      const thief = await one.clone();
      const fields = { current: eve.password, password: "correct horse" };
      const changed = await submitFrom(one, "/password", "/password", fields);
      const page = await changed.text();
      expect(page).toContain("Your password was changed");
      expect(page).toContain("Theme: dark");
      for (const visitor of [other, thief]) expect(await textOf(visitor, "/dashboard")).toContain("<h1>Log in</h1>");
      expect(await textOf(one, "/dashboard")).toContain("Welcome, Eve");
      for (const visitor of [one, other, thief]) await restartBrowser(visitor);
      for (const visitor of [other, thief]) expect(await textOf(visitor, "/dashboard")).toContain("<h1>Log in</h1>");
      expect(await textOf(one, "/dashboard")).toContain("Welcome, Eve");
      expect((await other.submit("/login", eve)).status).toBe(401);
      expect((await other.submit("/login", { ...eve, password: "correct horse" })).status).toBe(200);
    });

    it("ends the user's sessions in the admin area", async () => {
      const [one, other] = [shop.visitor(), shop.visitor()];
      await one.submit("/login", grace);
      await other.submit("/admin/login", grace);
      await submitFrom(one, "/password", "/password", { current: grace.password, password: "correct horse" });
      expect(await textOf(other, "/admin")).toContain("<h1>Admin login</h1>");
    });

    it.each([
      ["a new password of seven characters", { current: eve.password, password: "1234567" }, 400],
      ["a wrong current password", { current: grace.password, password: "correct horse" }, 401],
    ])("rejects %s", async (_, fields, status) => {
      const visitor = shop.visitor();
      await visitor.submit("/login", eve);
      expect((await submitFrom(visitor, "/password", "/password", fields)).status).toBe(status);
      expect((await shop.visitor().submit("/login", eve)).status).toBe(200);
    });
  });
});
