import { startOrSkip } from "@coatcheck/engines";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eve } from "../page-forms.ts";
import { type Shop, startShop } from "../shop-process.ts";
import { faultsOf } from "./accessibility.ts";
import { closeAll, newPerson, startChromium } from "./chromium.ts";
import { submit } from "./forms.ts";
import { kindsHere } from "./storage-kinds.ts";

const chromium = await startOrSkip("the inspector in a browser", startChromium);
const kinds = await kindsHere("the inspector in a browser");
afterAll(async () => {
  await chromium?.close();
  await kinds.stop();
});

const each = describe.skipIf(chromium === undefined).each(Object.entries(kinds.environments));
each("the inspector in a browser, %s", (_, environment) => {
  let shop: Shop;
  // One for all tests: each has people of its own.
  beforeAll(async () => {
    shop = await startShop(environment);
  });
  afterEach(() => closeAll(chromium));
  afterAll(() => shop.stop());

  it("shows the session without any part of its cookie that would open it, and complains of nothing", async () => {
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
      // The header and the payload of a signed one are shown: everybody can read them. What makes it good is not.
      const secretParts = value.split(".").slice(-1);
      for (const part of [value, ...secretParts]) expect(shown).not.toContain(part);
    }
    expect(await faultsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
    expect([...origins]).toEqual([shop.url]);
  });

  it("tells of what happens in another tab, as it happens", async () => {
    const { page, context } = await newPerson(chromium, shop.url);
    await page.goto("/login");
    await submit(page, "/login", eve);
    await page.goto("/inspector");
    // What happens before the stream is there, under a cookie that is gone by then, it cannot tell of.
    await page.locator("#live", { hasText: "automatically" }).waitFor();
    const other = await context.newPage();
    await other.goto("/");
    await submit(other, "/logout");
    await page.locator("#list", { hasText: "destroyed" }).waitFor();
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

describe.skipIf(chromium === undefined)("the inspector in a browser with many tabs", () => {
  afterEach(() => closeAll(chromium));

  // A browser keeps six connections to a server, and each stream is one of them. The shop stood still for a minute.
  it("lets go of the server while nobody sees the page, and comes back to it", async () => {
    const shop = await startShop({ MODE: "sqlite" });
    const { page, context } = await newPerson(chromium, shop.url);
    await page.goto("/login");
    await submit(page, "/login", eve);
    const tabs = await Promise.all(Array.from({ length: 6 }, () => context.newPage()));
    for (const tab of tabs) {
      await tab.goto("/inspector");
      await tab.locator("#live", { hasText: "automatically" }).waitFor();
      await show(tab, false);
    }
    await page.goto("/");
    await submit(page, "/logout");
    const [first] = tabs;
    if (first === undefined) throw new Error("There is no tab.");
    await show(first, true);
    await first.locator("#changed", { hasText: "has changed" }).waitFor();
    await shop.stop();
  });
});

/** Brings a tab to the front, or behind others. A browser without a screen has all in front, so the page is told. */
async function show(tab: Page, isVisible: boolean): Promise<void> {
  await tab.evaluate(`Object.defineProperty(document, "hidden", { value: ${!isVisible}, configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));`);
}

function flip(_: string, before: string, character: string, after: string): string {
  return `${before}${character === "A" ? "B" : "A"}${after}`;
}
