import { startOrSkip } from "@coatcheck/engines";
import { type FakeClock, fakeClock } from "@coatcheck/testing";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { eve, grace } from "../demo-users.ts";
import { type ServedShop, shopOpener } from "../shop-in-process.ts";
import { closePages, newPerson, startChromium } from "./chromium.ts";
import { submit } from "./forms.ts";
import { typicalKinds } from "./kinds.ts";

const chromium = await startOrSkip("expiry in a browser", startChromium);
const { serve } = await shopOpener();
afterAll(() => chromium?.close());

/** In seconds. */
const HOUR = 3600;

describe.skipIf(chromium === undefined).each(typicalKinds)("expiry, %s", (kind) => {
  let clock: FakeClock;
  let shop: ServedShop;
  beforeEach(async () => {
    clock = fakeClock(Date.now());
    shop = await serve(kind, clock.now);
  });
  afterEach(async () => {
    await closePages(chromium);
    shop.close();
  });

  it("SEC-20 logs a user out after a day without a request, although the browser still has its cookie", async () => {
    const { page, context } = await newPerson(chromium, shop.url);
    await page.goto("/login");
    await submit(page, "/login", eve);
    clock.advance(23 * HOUR);
    await page.goto("/dashboard");
    expect(await page.textContent("main")).toContain("Welcome, Eve");
    clock.advance(25 * HOUR);
    await page.goto("/dashboard");
    expect(new URL(page.url()).pathname).toBe("/login");
    expect((await context.cookies()).map(({ name }) => name)).toContain("__Host-session");
  });

  it("asks for another login in the admin area after 15 minutes", async () => {
    const { page } = await newPerson(chromium, shop.url);
    await page.goto("/admin");
    await submit(page, "/admin/login", { username: grace.username, password: grace.password });
    clock.advance(14 * 60);
    await page.goto("/admin");
    expect(new URL(page.url()).pathname).toBe("/admin");
    clock.advance(16 * 60);
    await page.goto("/admin");
    expect(new URL(page.url()).pathname).toBe("/admin/login");
  });
});
