import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startOrSkip } from "@coatcheck/engines";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eve, grace } from "../page-forms.ts";
import { type Shop, startShop } from "../shop-process.ts";
import { faultsOf, isWiderThanScreen } from "./accessibility.ts";
import { closeAll, newPerson, startChromium } from "./chromium.ts";
import { submit } from "./forms.ts";

const chromium = await startOrSkip("the shop's pages in a browser", startChromium);
afterAll(() => chromium?.close());

/** Where pictures of all pages are put, to be looked at. */
const pictures = join(import.meta.dirname, "../../.cache/screenshots");

const WIDE = 1280;
const NARROW = 390;

const visitorPages = ["/", "/get_session", "/view_cart", "/login", "/admin/login", "/scenarios", "/nowhere"];
const accountPages = ["/dashboard", "/devices", "/password", "/admin", "/admin/users/Eve", "/inspector"];

describe.skipIf(chromium === undefined)("every page, light and dark, wide and narrow", () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await startShop({ MODE: "sqlite" });
    mkdirSync(pictures, { recursive: true });
  });
  afterEach(async () => {
    await closeAll(chromium);
    await shop.stop();
  });

  // Some twenty-five pages, one after the other.
  it("can be read by everybody, fits, and complains of nothing", { timeout: 240_000 }, async () => {
    const { page, complaints, origins } = await newPerson(chromium, shop.url);
    const found: unknown[] = [];
    const lookAt = async (path: string): Promise<void> => {
      await page.goto(path);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        // Of somebody who is logged in the theme is a choice, and not the system's.
        await page.evaluate(`{
          const { dataset } = document.documentElement;
          if (dataset.theme) dataset.theme = "${colorScheme}";
        }`);
        for (const width of [WIDE, NARROW]) {
          await page.setViewportSize({ width, height: 900 });
          await page.screenshot({
            path: join(pictures, `${nameOf(path)}-${colorScheme}-${width}.jpg`),
            fullPage: true,
          });
          if (await isWiderThanScreen(page)) found.push({ path, width, fault: "wider than the screen" });
          // What axe sees is in the colours and the markup, and the same on a narrow screen.
          if (width === WIDE) found.push(...(await faultsOf(page)).map((fault) => ({ path, colorScheme, fault })));
        }
      }
    };

    for (const item of ["umbrella", "book"]) {
      await page.goto("/");
      await submit(page, "/add_to_cart", { item });
    }
    for (const path of [...visitorPages, ...(await scenarioPages(page))]) await lookAt(path);

    await page.goto("/login");
    await submit(page, "/login", eve);
    await page.goto("/admin");
    await submit(page, "/admin/login", { username: grace.username, password: grace.password });
    for (const path of accountPages) await lookAt(path);

    expect(found).toEqual([]);
    // The page that is not there is one, to a browser.
    expect(complaints.filter((text) => !text.includes("404"))).toEqual([]);
    expect([...origins]).toEqual([shop.url]);
  });
});

describe.skipIf(chromium === undefined)("every page", () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await startShop({ MODE: "sqlite" });
  });
  afterEach(() => closeAll(chromium));
  afterAll(() => shop.stop());

  it("is printed dark on light, whatever the theme on the screen", async () => {
    const { page } = await newPerson(chromium, shop.url, { colorScheme: "dark" });
    await page.goto("/login");
    await submit(page, "/login", { ...eve, theme: "dark" });
    for (const path of ["/", "/dashboard", "/inspector"]) {
      await page.goto(path);
      expect(await lightnessOfText(page)).toBeGreaterThan(600);
      await page.emulateMedia({ media: "print" });
      expect(await lightnessOfText(page)).toBeLessThan(200);
      await page.emulateMedia({ media: "screen" });
    }
  });

  it("tells by more than a colour what is chosen and what is past, where the system decides on colours", async () => {
    const { page } = await newPerson(chromium, shop.url, { forcedColors: "active" });
    await page.goto("/");
    const outlineOf = (selector: string) => styleOf(page, selector, "", "outlineStyle");
    expect(await outlineOf(".kind.chosen")).toBe("solid");
    expect(await outlineOf(".kind:not(.chosen)")).toBe("none");
    await submit(page, "/set_session", { username: "Alice" });
    await page.goto("/inspector");
    const fillOf = (selector: string) => styleOf(page, selector, "::before", "backgroundColor");
    expect(await fillOf(".timeline .past")).not.toBe(await fillOf(".timeline .future"));
  });
});

function nameOf(path: string): string {
  return path.replaceAll("/", "-").slice(1) || "home";
}

function styleOf(page: Page, selector: string, part: string, property: string): Promise<unknown> {
  return page.evaluate(`getComputedStyle(document.querySelector("${selector}"), "${part}").${property}`);
}

/** Red, green and blue together, 0 to 765. */
async function lightnessOfText(page: Page): Promise<number> {
  const colour = String(await styleOf(page, "body", "", "color"));
  return (colour.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
}

async function scenarioPages(page: Page): Promise<string[]> {
  await page.goto("/scenarios");
  const links = await page.locator('main a[href^="/scenarios/"]').all();
  const paths = await Promise.all(links.map((link) => link.getAttribute("href")));
  expect(paths.length).toBeGreaterThan(9);
  return [...new Set(paths)].filter((path) => path !== null);
}
