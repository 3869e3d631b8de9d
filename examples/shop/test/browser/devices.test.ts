import { startOrSkip } from "@coatcheck/engines";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { chrome, firefox } from "../navigation.ts";
import { eve } from "../page-forms.ts";
import { type Shop, startShop } from "../shop-process.ts";
import { closeAll, newPerson, type Person, startChromium } from "./chromium.ts";
import { submit, submitForm } from "./forms.ts";
import { kindsHere } from "./storage-kinds.ts";

const chromium = await startOrSkip("two devices in a browser", startChromium);
const kinds = await kindsHere("two devices in a browser");
afterAll(async () => {
  await chromium?.close();
  await kinds.stop();
});

const all = Object.entries(kinds.environments);
/** Sessions that are in cookies only nobody can list. */
const listed = all.filter(([kind]) => kind === "sqlite" || kind === "redis");

describe.skipIf(chromium === undefined).each(listed)("one account on two devices, %s", (_, environment) => {
  let shop: Shop;
  let laptop: Person;
  let phone: Person;
  beforeEach(async () => {
    shop = await startShop(environment);
    laptop = await loggedIn(firefox);
    phone = await loggedIn(chrome);
  });
  afterEach(async () => {
    await closeAll(chromium);
    await shop.stop();
  });

  async function loggedIn(userAgent: string): Promise<Person> {
    const person = await newPerson(chromium, shop.url, { userAgent });
    await person.page.goto("/login");
    await submit(person.page, "/login", eve);
    return person;
  }

  async function isLoggedIn({ page }: Person): Promise<boolean> {
    await page.goto("/dashboard");
    return new URL(page.url()).pathname === "/dashboard";
  }

  it("lists both, and tells which one this is", async () => {
    await laptop.page.goto("/devices");
    const rows = laptop.page.locator("main tbody tr, main li[data-device]");
    expect(
      await rows
        .filter({ hasText: "Firefox" })
        .filter({ hasText: /this browser/i })
        .count(),
    ).toBe(1);
    expect(await rows.filter({ hasText: "Chrome" }).locator("button").count()).toBe(1);
  });

  it("signs the other one out, which sees it at its next click", async () => {
    await laptop.page.goto("/devices");
    await submitForm(laptop.page.locator('form[action="/devices/revoke"]').first());
    expect(await laptop.page.textContent("main")).toContain("That session has ended");
    expect(await isLoggedIn(phone)).toBe(false);
    expect(await isLoggedIn(laptop)).toBe(true);
  });
});

describe.skipIf(chromium === undefined).each(all)("signing out elsewhere, %s", (_, environment) => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await startShop(environment);
  });
  afterAll(async () => {
    await closeAll(chromium);
    await shop.stop();
  });

  it("leaves this browser logged in, and no other", async () => {
    const [laptop, phone] = await Promise.all([newPerson(chromium, shop.url), newPerson(chromium, shop.url)]);
    for (const { page } of [laptop, phone]) {
      await page.goto("/login");
      await submit(page, "/login", { ...eve, remember: "on" });
    }
    await laptop.page.goto("/devices");
    await submit(laptop.page, "/devices/revoke-others");
    await phone.page.goto("/dashboard");
    expect(new URL(phone.page.url()).pathname).toBe("/login");
    await laptop.page.goto("/dashboard");
    expect(new URL(laptop.page.url()).pathname).toBe("/dashboard");
  });
});
