import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startOrSkip } from "@coatcheck/engines";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { scenarios } from "../../src/scenarios/scenario-list.ts";
import { eve, grace } from "../demo-users.ts";
import { type ServedShop, shopOpener } from "../shop-in-process.ts";
import { isWiderThanScreen, violationsOn } from "./accessibility.ts";
import { closePages, newPerson, startChromium } from "./chromium.ts";
import { submit } from "./forms.ts";

const chromium = await startOrSkip("the shop's pages in a browser", startChromium);
const { serve } = await shopOpener();
afterAll(() => chromium?.close());

/** With SCREENSHOTS=1, the folder gets a picture of every page in every theme and width. */
const screenshots = process.env["SCREENSHOTS"] && join(import.meta.dirname, "../../.cache/screenshots");

const WIDE = 1280;
const NARROW = 390;

const visitorPages = [
  ...["/", "/get_session", "/view_cart", "/login", "/admin/login", "/scenarios", "/nowhere"],
  ...scenarios.map(({ slug }) => `/scenarios/${slug}`),
];
const accountPages = ["/dashboard", "/devices", "/password", "/admin", "/admin/users/Eve", "/inspector"];

describe.skipIf(chromium === undefined)("pages in a browser", () => {
  let shop: ServedShop;
  beforeAll(async () => {
    shop = await serve("sqlite");
    if (screenshots) mkdirSync(screenshots, { recursive: true });
  });
  afterEach(() => closePages(chromium));
  afterAll(() => shop?.close());

  it("are accessible, fit every width and log no errors, light and dark", async () => {
    // Without transitions, so that axe sees the final colors.
    const { page, complaints, origins } = await newPerson(chromium, shop.url, { reducedMotion: "reduce" });
    const faults: unknown[] = [];

    for (const item of ["umbrella", "book"]) {
      await page.goto("/");
      await submit(page, "/add_to_cart", { item });
    }
    for (const path of visitorPages) faults.push(...(await faultsOf(page, path)));

    await page.goto("/login");
    await submit(page, "/login", eve);
    await page.goto("/admin");
    await submit(page, "/admin/login", { username: grace.username, password: grace.password });
    for (const path of accountPages) faults.push(...(await faultsOf(page, path)));

    expect(faults).toEqual([]);
    // The browser logs an error for the page that does not exist.
    expect(complaints.filter((text) => !text.includes("404"))).toEqual([]);
    expect([...origins]).toEqual([shop.url]);
  });

  it("are printed dark on light in every theme", async () => {
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

  it("mark what is chosen and what is past without colors in forced-colors mode", async () => {
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

/** Opens a page and checks it in both themes and both widths. */
async function faultsOf(page: Page, path: string): Promise<unknown[]> {
  const faults: unknown[] = [];
  await page.setViewportSize({ width: WIDE, height: 900 });
  await page.goto(path);
  // axe sees colors and markup, which do not depend on the width. The markup does not depend on the theme either.
  for (const [theme, rules] of [["light"], ["dark", ["color-contrast", "link-in-text-block"]]] as const) {
    await setTheme(page, theme);
    const violations = await violationsOn(page, rules);
    faults.push(...violations.map((violation) => ({ path, theme, violation })));
  }
  for (const width of [WIDE, NARROW]) {
    await page.setViewportSize({ width, height: 900 });
    if (await isWiderThanScreen(page)) faults.push({ path, width, violation: "wider than the screen" });
    if (screenshots) await takeScreenshots(page, join(screenshots, `${nameOf(path)}-${width}`));
  }
  return faults;
}

async function setTheme(page: Page, theme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme: theme });
  // For a logged-in user, the theme is a choice and not that of the system.
  await page.evaluate(`{
    const { dataset } = document.documentElement;
    if (dataset.theme) dataset.theme = "${theme}";
  }`);
}

async function takeScreenshots(page: Page, path: string): Promise<void> {
  for (const theme of ["light", "dark"] as const) {
    await setTheme(page, theme);
    await page.screenshot({ path: `${path}-${theme}.jpg`, fullPage: true });
  }
}

function nameOf(path: string): string {
  return path.replaceAll("/", "-").slice(1) || "home";
}

function styleOf(page: Page, selector: string, part: string, property: string): Promise<unknown> {
  return page.evaluate(`getComputedStyle(document.querySelector("${selector}"), "${part}").${property}`);
}

/** The sum of red, green and blue, from 0 to 765. */
async function lightnessOfText(page: Page): Promise<number> {
  const color = String(await styleOf(page, "body", "", "color"));
  return (color.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
}
