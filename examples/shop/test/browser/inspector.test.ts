import { startOrSkip } from "@coatcheck/engines";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eve } from "../demo-users.ts";
import { type ServedShop, shopOpener } from "../shop-in-process.ts";
import { violationsOn } from "./accessibility.ts";
import { closePages, newPerson, startChromium } from "./chromium.ts";
import { submit } from "./forms.ts";

const chromium = await startOrSkip("the inspector in a browser", startChromium);
const { kinds, serve } = await shopOpener();
afterAll(() => chromium?.close());

describe.skipIf(chromium === undefined).each(kinds)("inspector in a browser, %s", (kind) => {
  let shop: ServedShop;
  // One shop for all tests: each test has its own people.
  beforeAll(async () => {
    shop = await serve(kind);
  });
  afterEach(() => closePages(chromium));
  afterAll(() => shop?.close());

  it("shows the session, but no part of the cookie that gives access, and passes the accessibility check", async () => {
    const { page, context, complaints, origins } = await newPerson(chromium, shop.url);
    await page.goto("/inspector");
    expect(await page.textContent("#verdict")).toMatch(/no cookie/i);
    await page.goto("/login");
    await submit(page, "/login", eve);
    await page.goto("/inspector");
    expect(await page.textContent("#verdict")).toMatch(/accepted/i);
    expect(await page.textContent("main")).toContain("Eve");
    const shown = await page.content();
    for (const { value } of await context.cookies()) {
      // The header and the payload of a signed cookie are shown, because everyone can read them. Its signature is not.
      const secretPart = value.split(".").at(-1) ?? "";
      for (const part of [value, secretPart]) expect(shown).not.toContain(part);
    }
    expect(await violationsOn(page)).toEqual([]);
    expect(complaints).toEqual([]);
    expect([...origins]).toEqual([shop.url]);
  });

  it("shows events of another tab when they happen", async () => {
    const { page, context } = await newPerson(chromium, shop.url);
    await page.goto("/login");
    await submit(page, "/login", eve);
    await page.goto("/inspector");
    // The stream must be open before the logout, because afterwards the cookie that opens it is gone.
    await page.locator("#live", { hasText: "automatically" }).waitFor();
    await recordList(page);
    const other = await context.newPage();
    await other.goto("/");
    await submit(other, "/logout");
    await page.waitForFunction("globalThis.recorded.includes('destroyed')");
  });

  it("says why a changed cookie is rejected", async () => {
    const { page, context } = await newPerson(chromium, shop.url);
    await page.goto("/login");
    await submit(page, "/login", eve);
    const cookies = await context.cookies();
    await context.addCookies(
      cookies.map((cookie) => ({ ...cookie, value: cookie.value.replace(/^(.*)(.)(.{4})$/, flip) })),
    );
    await page.goto("/inspector");
    expect(await page.textContent("#verdict")).toContain("invalid-signature");
  });
});

describe.skipIf(chromium === undefined)("inspector in many tabs", () => {
  afterEach(() => closePages(chromium));

  // A browser opens at most six connections to a server, and each event stream takes one: six tabs blocked the shop.
  it("closes its event stream while the tab is hidden, and opens it again", async () => {
    const shop = await serve("sqlite");
    const { page, context } = await newPerson(chromium, shop.url);
    await page.goto("/login");
    await submit(page, "/login", eve);
    const tabs = await Promise.all(Array.from({ length: 6 }, () => context.newPage()));
    for (const tab of tabs) {
      await tab.goto("/inspector");
      await tab.locator("#live", { hasText: "automatically" }).waitFor();
      await setVisible(tab, false);
    }
    await page.goto("/");
    await submit(page, "/logout");
    const [first] = tabs;
    if (first === undefined) throw new Error("There is no tab.");
    await setVisible(first, true);
    await first.locator("#changed", { hasText: "has changed" }).waitFor();
    shop.close();
  });
});

/**
 * Records every text of the list of events in the global `recorded`. After the logout, the page reconnects without a
 * cookie within a second, and the list is empty again.
 */
async function recordList(page: Page): Promise<void> {
  await page.evaluate(`{
    const list = document.getElementById("list");
    globalThis.recorded = "";
    new MutationObserver(() => { recorded += list.textContent; }).observe(list, { childList: true });
  }`);
}

/** Shows or hides a tab. Without a screen, every tab counts as visible, so the test sets the state itself. */
async function setVisible(tab: Page, isVisible: boolean): Promise<void> {
  await tab.evaluate(`Object.defineProperty(document, "hidden", { value: ${!isVisible}, configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));`);
}

function flip(_: string, before: string, character: string, after: string): string {
  return `${before}${character === "A" ? "B" : "A"}${after}`;
}
