import type { Browser } from "@coatcheck/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eve, fieldOf, grace, textOf } from "./page-forms.ts";
import { shopOpener, type TestShop } from "./shop-in-process.ts";

const { kinds, open } = await shopOpener();

describe.each(kinds)("a form that is not the shop's, MODE=%s", (kind) => {
  let shop: TestShop;
  beforeAll(async () => {
    shop = await open(kind);
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
    "SEC-50 of another origin is refused at %s with a page of the shop, and nothing happens",
    async (path) => {
      const visitor = await loggedIn();
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
        expect(await response.text()).toContain("This was not sent by a page of the shop");
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
  ])("SEC-51 without its token is refused at %s, and nothing happens", async (path) => {
    const visitor = await loggedIn();
    const other = await loggedIn();
    const fields = { theme: "dark", current: grace.password, password: "correct horse", id: "x" };
    for (const csrf_token of ["", fieldOf(await textOf(other, "/dashboard"), "csrf_token")]) {
      const response = await visitor.submit(path, { ...fields, csrf_token });
      expect(response.status).toBe(403);
      expect(await response.text()).toContain("This form is out of date");
    }
    expect(await textOf(visitor, "/dashboard")).toContain("Theme: light");
    expect(await textOf(visitor, "/admin")).toContain("Logged in: Grace");
    expect((await shop.visitor().submit("/login", grace)).status).toBe(200);
  });

  it("SEC-51 with a token of before the login is refused", async () => {
    const visitor = await loggedIn();
    const csrf_token = fieldOf(await textOf(visitor, "/dashboard"), "csrf_token");
    await visitor.submit("/login", grace);
    expect((await visitor.submit("/theme", { theme: "dark", csrf_token })).status).toBe(403);
  });

  async function loggedIn(): Promise<Browser> {
    const visitor = shop.visitor();
    await visitor.submit("/login", grace);
    await visitor.submit("/admin/login", grace);
    return visitor;
  }
});
