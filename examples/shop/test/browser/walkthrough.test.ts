import { startOrSkip } from "@coatcheck/engines";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eve, grace } from "../demo-users.ts";
import { type ServedShop, shopOpener } from "../shop-in-process.ts";
import { closePages, newPerson, startChromium } from "./chromium.ts";
import { submit } from "./forms.ts";
import { typicalKinds } from "./kinds.ts";

const chromium = await startOrSkip("the shop in a browser", startChromium);
const { kinds, serve } = await shopOpener();
afterAll(() => chromium?.close());

describe.skipIf(chromium === undefined).each(kinds)("shop in a browser, %s", (kind) => {
  let shop: ServedShop;
  beforeAll(async () => {
    shop = await serve(kind);
  });
  afterEach(() => closePages(chromium));
  afterAll(() => shop?.close());

  it("works from the first visit to the logout, without console errors and requests to third parties", async () => {
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
});

describe.skipIf(chromium === undefined).each(typicalKinds)("login in a browser, %s", (kind) => {
  let shop: ServedShop;
  // One shop for all tests: each test has its own people.
  beforeAll(async () => {
    shop = await serve(kind);
  });
  afterEach(() => closePages(chromium));
  afterAll(() => shop?.close());

  it("does not show the account with the back button after the logout", async () => {
    const { page } = await newPerson(chromium, shop.url);
    await page.goto("/login");
    await submit(page, "/login", eve);
    expect(await page.textContent("main")).toContain("Welcome, Eve");
    await page.goto("/");
    await submit(page, "/logout");
    // Both steps at once: a page from the back-forward cache fires no load event that a test could wait for.
    await page.evaluate("history.go(-2)");
    await page.waitForURL((url) => url.pathname !== "/", { waitUntil: "commit" });
    expect(await page.textContent("main")).not.toContain("Welcome, Eve");
    expect(new URL(page.url()).pathname).toBe("/login");
  });

  it("SEC-30 sets cookies that scripts cannot read and other sites cannot send", async () => {
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
