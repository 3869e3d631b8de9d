import { startOrSkip } from "@coatcheck/engines";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eve, grace } from "../page-forms.ts";
import { type Shop, startShop } from "../shop-process.ts";
import { closeAll, newPerson, startChromium } from "./chromium.ts";
import { submit } from "./forms.ts";
import { kindsHere } from "./storage-kinds.ts";

const chromium = await startOrSkip("the shop in a browser", startChromium);
const kinds = await kindsHere("the shop in a browser");
afterAll(async () => {
  await chromium?.close();
  await kinds.stop();
});

const each = describe.skipIf(chromium === undefined).each(Object.entries(kinds.environments));
each("the shop in a browser, %s", (_, environment) => {
  let shop: Shop;
  // One for all tests: each has people of its own.
  beforeAll(async () => {
    shop = await startShop(environment);
  });
  afterEach(() => closeAll(chromium));
  afterAll(() => shop.stop());

  it("is walked through from the first visit to the logout, without a complaint and without a third party", async () => {
    const { page, complaints, origins } = await newPerson(chromium, shop.url);
    const main = page.locator("main");

    await page.goto("/");
    await submit(page, "/set_session", { username: "Alice" });
    expect(await main.textContent()).toContain("Welcome, Alice");

    for (const item of ["book", "pen"]) {
      await page.goto("/");
      await submit(page, "/add_to_cart", { item });
    }
    expect(await main.textContent()).toContain("Cart: ['book', 'pen']");

    await page.goto("/dashboard");
    expect(new URL(page.url()).pathname).toBe("/login");
    await submit(page, "/login", eve);
    expect(new URL(page.url()).pathname).toBe("/dashboard");
    expect(await main.textContent()).toContain("Welcome, Eve");
    expect(await main.textContent()).toContain("You are logged in");
    expect(await colorScheme(page)).toBe("dark");
    await page.reload();
    expect(await main.textContent()).not.toContain("You are logged in");

    await submit(page, "/theme", { theme: "light" });
    expect(await colorScheme(page)).toBe("light");
    await page.goto("/view_cart");
    expect(await main.textContent()).toContain("Cart: ['book', 'pen']");

    await page.goto("/");
    await submit(page, "/logout");
    expect(await main.textContent()).toContain("You are logged out");
    await page.goto("/view_cart");
    expect(await main.textContent()).toContain("Cart: []");

    await page.goto("/admin");
    await submit(page, "/admin/login", { username: grace.username, password: grace.password });
    expect(await main.textContent()).toContain("Grace");

    expect(complaints).toEqual([]);
    expect([...origins]).toEqual([shop.url]);
  });

  it("shows nothing of the account by the back button, after the logout", async () => {
    const { page } = await newPerson(chromium, shop.url);
    await page.goto("/login");
    await submit(page, "/login", eve);
    expect(await page.textContent("main")).toContain("Welcome, Eve");
    await page.goto("/");
    await submit(page, "/logout");
    // Both steps at once: between two, a page out of the browser's memory may not be there yet. It tells of no load.
    await page.evaluate("history.go(-2)");
    await expect.poll(() => new URL(page.url()).pathname, { timeout: 10_000 }).not.toBe("/");
    expect(await page.textContent("main")).not.toContain("Welcome, Eve");
    expect(new URL(page.url()).pathname).toBe("/login");
  });

  it("SEC-30 is known by cookies that scripts cannot read and other sites cannot send", async () => {
    const { context, page } = await newPerson(chromium, shop.url);
    await page.goto("/login");
    await submit(page, "/login", { ...eve, remember: "on" });
    await page.goto("/admin");
    await submit(page, "/admin/login", { username: grace.username, password: grace.password });
    const cookies = await context.cookies();
    expect(cookies.length).toBeGreaterThanOrEqual(3);
    for (const cookie of cookies) {
      expect(cookie).toMatchObject({ domain: "localhost", path: "/", httpOnly: true, secure: true });
      expect(cookie.name).toMatch(/^__Host-/);
      expect(cookie.sameSite).toBe(cookie.name.includes("admin") ? "Strict" : "Lax");
    }
    expect(await page.evaluate("document.cookie")).toBe("");
  });
});

function colorScheme(page: Page): Promise<unknown> {
  return page.evaluate("getComputedStyle(document.documentElement).colorScheme");
}
