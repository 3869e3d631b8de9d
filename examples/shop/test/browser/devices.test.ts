import { startOrSkip } from "@coatcheck/engines";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { isCookieKind } from "../../src/sessions/storage-kind.ts";
import { eve } from "../demo-users.ts";
import { chrome, firefox } from "../navigation.ts";
import { type ServedShop, shopOpener } from "../shop-in-process.ts";
import { closePages, newPerson, type Person, startChromium } from "./chromium.ts";
import { submit, submitForm } from "./forms.ts";
import { typicalKinds } from "./kinds.ts";

const chromium = await startOrSkip("two devices in a browser", startChromium);
const { serve } = await shopOpener();
afterAll(() => chromium?.close());

describe.skipIf(chromium === undefined).each(typicalKinds)("account on two devices, %s", (kind) => {
  let shop: ServedShop;
  let laptop: Person;
  let phone: Person;
  beforeEach(async () => {
    shop = await serve(kind);
    laptop = await loggedIn(firefox);
    phone = await loggedIn(chrome);
    await laptop.page.goto("/devices");
  });
  afterEach(async () => {
    await closePages(chromium);
    shop.close();
  });

  async function loggedIn(userAgent: string): Promise<Person> {
    const person = await newPerson(chromium, shop.url, { userAgent });
    await person.page.goto("/login");
    await submit(person.page, "/login", { ...eve, remember: "on" });
    return person;
  }

  async function isLoggedIn({ page }: Person): Promise<boolean> {
    await page.goto("/dashboard");
    return new URL(page.url()).pathname === "/dashboard";
  }

  if (!isCookieKind(kind))
    it("lists both devices, and logs the other one out", async () => {
      const rows = laptop.page.locator("main tbody tr");
      const own = rows.filter({ hasText: "Firefox" }).filter({ hasText: /this browser/i });
      expect(await own.count()).toBe(1);
      expect(await rows.filter({ hasText: "Chrome" }).locator("button").count()).toBe(1);

      await submitForm(laptop.page.locator('form[action="/devices/revoke"]').first());
      expect(await laptop.page.textContent("main")).toContain("That session has ended");
      expect(await isLoggedIn(phone)).toBe(false);
      expect(await isLoggedIn(laptop)).toBe(true);
    });

  it("logs out everywhere else", async () => {
    await submit(laptop.page, "/devices/revoke-others");
    expect(await isLoggedIn(phone)).toBe(false);
    expect(await isLoggedIn(laptop)).toBe(true);
  });
});
