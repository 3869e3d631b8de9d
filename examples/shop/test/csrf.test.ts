import type { Browser } from "@coatcheck/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eve, grace } from "./demo-users.ts";
import { fieldOf, textOf } from "./page-forms.ts";
import { shopOpener, type TestShop } from "./shop-in-process.ts";

const { kinds, open } = await shopOpener();

describe.each(kinds)("CSRF protection, MODE=%s", (kind) => {
  let shop: TestShop;
  /** Logged in as Grace, in the shop and in the admin area. Denied requests must not change that. */
  let visitor: Browser;
  /** The token of another session. */
  let foreignToken: string;
  beforeAll(async () => {
    shop = await open(kind);
    visitor = await loggedIn();
    const other = shop.visitor();
    await other.submit("/login", eve);
    foreignToken = fieldOf(await textOf(other, "/dashboard"), "csrf_token");
  });
  afterAll(() => shop.close());

  const forms = [
    "/kind",
    "/set_session",
    "/add_to_cart",
    "/cart/quantity",
    "/scenarios/flash/notice",
    "/login",
    "/logout",
    "/theme",
    "/devices/revoke-all",
    "/password",
  ];

  it.each([...forms, "/admin/login", "/admin/users/Eve/revoke-all", "/nowhere"])(
    "SEC-50 denies a form of another origin to %s with a page of the shop, and changes nothing",
    async (path) => {
      const before = await visitor.cookieHeader();
      for (const headers of [
        { Origin: "https://evil.example" },
        { Origin: "null" },
        { Origin: shop.url, "Sec-Fetch-Site": "cross-site" },
        { Origin: "http://localhost:1", "Sec-Fetch-Site": "same-site" },
      ]) {
        const body = new URLSearchParams({ ...eve, item: "book", quantity: "1", kind: "signed" });
        const response = await visitor.fetch(path, { method: "POST", body, headers });
        expect(response.status).toBe(403);
        expect(response.headers.get("Content-Type")).toMatch(/^text\/html/);
        expect(await response.text()).toContain("This request did not come from a page of the shop");
      }
      expect(await visitor.cookieHeader()).toBe(before);
      expect(await textOf(visitor, "/dashboard")).toContain("Theme: light");
      expect(await textOf(visitor, "/view_cart")).toContain("Cart: []");
    },
  );

  it.each([
    "/theme",
    "/devices/revoke",
    "/devices/revoke-others",
    "/devices/revoke-all",
    "/password",
    "/scenarios/csrf/send",
    "/admin/users/Grace/revoke-all",
    "/admin/users/Grace/revoke",
    "/admin/logout",
  ])("SEC-51 denies a form to %s without a token of its own session, and changes nothing", async (path) => {
    const fields = { theme: "dark", current: grace.password, password: "correct horse", id: "x" };
    for (const csrf_token of ["", foreignToken]) {
      const response = await visitor.submit(path, { ...fields, csrf_token });
      expect(response.status).toBe(403);
      expect(await response.text()).toContain("This form is out of date");
    }
    expect(await textOf(visitor, "/dashboard")).toContain("Theme: light");
    expect(await textOf(visitor, "/admin")).toContain("Logged in: Grace");
    const anotherBrowser = shop.visitor();
    expect((await anotherBrowser.submit("/login", grace)).status).toBe(200);
    await anotherBrowser.submit("/logout", {});
  });

  it("SEC-51 denies a token from before the login", async () => {
    const returning = await loggedIn();
    const csrf_token = fieldOf(await textOf(returning, "/dashboard"), "csrf_token");
    await returning.submit("/login", grace);
    expect((await returning.submit("/theme", { theme: "dark", csrf_token })).status).toBe(403);
  });

  async function loggedIn(): Promise<Browser> {
    const newVisitor = shop.visitor();
    await newVisitor.submit("/login", grace);
    await newVisitor.submit("/admin/login", grace);
    return newVisitor;
  }
});
