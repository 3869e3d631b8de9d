import { fakeClock } from "@coatcheck/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isCookieKind } from "../src/sessions/storage-kind.ts";
import { eve, grace } from "./demo-users.ts";
import { chrome } from "./navigation.ts";
import { fieldOf, restartBrowser, submitFrom, textOf } from "./page-forms.ts";
import { shopOpener, type TestShop } from "./shop-in-process.ts";

const { kinds, open } = await shopOpener();

describe.each(kinds)("admin area, MODE=%s", (kind) => {
  const canList = !isCookieKind(kind);
  let shop: TestShop;
  beforeEach(async () => {
    shop = await open(kind);
  });
  afterEach(() => shop.close());

  it("requires its own login, which is stored in its own SameSite=Strict cookie", async () => {
    const visitor = shop.visitor();
    await visitor.submit("/login", grace);
    const sent = await visitor.fetch("/admin/users/Eve");
    expect(sent.headers.get("Location")).toBe("/admin/login?next=%2Fadmin%2Fusers%2FEve");
    const next = fieldOf(await textOf(visitor, "/admin/users/Eve"), "next");
    const body = new URLSearchParams({ ...grace, next });
    const response = await visitor.fetch("/admin/login", { method: "POST", body });
    expect(response.headers.get("Location")).toBe("/admin/users/Eve");
    const [cookie, ...others] = response.headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-admin=.+; SameSite=Strict/);
    expect(others).toEqual([]);
    expect(await textOf(visitor, "/admin")).toContain("Logged in: Grace");
    expect(await textOf(visitor, "/dashboard")).toContain("Welcome, Grace");
  });

  it("rejects customers, wrong passwords and a shop session under the name of its cookie", async () => {
    const visitor = shop.visitor();
    const refused = await visitor.fetch("/admin/login", { method: "POST", body: new URLSearchParams(eve) });
    expect(refused.status).toBe(403);
    expect(refused.headers.getSetCookie()).toEqual([]);
    const wrong = await visitor.submit("/admin/login", { ...grace, password: "secure123", next: "/admin/users/Eve" });
    expect(wrong.status).toBe(401);
    const page = await wrong.text();
    expect(page).toContain("<h1>Admin login</h1>");
    expect(page).toContain('<p class="message error" role="alert">Wrong username or password</p>');
    expect(page).toContain('name="next" value="/admin/users/Eve"');
    await visitor.submit("/login", grace);
    const [, value] = (await visitor.cookieHeader()).split("__Host-session=");
    await visitor.setCookie(`__Host-admin=${value}; Path=/; Secure`);
    expect(await textOf(visitor, "/admin")).toContain("<h1>Admin login</h1>");
  });

  if (canList)
    it("SEC-24 lists the sessions of Eve and ends one of them", async () => {
      const [admin, one, other] = [shop.visitor(), shop.visitor(), shop.visitor(chrome)];
      await one.submit("/login", eve);
      await other.submit("/login", { ...eve, remember: "on" });
      await admin.submit("/admin/login", grace);
      const page = await textOf(admin, "/admin/users/Eve");
      expect(page).toContain("Firefox on Linux");
      // The newest login comes first.
      expect(page).toMatch(/Chrome on Windows[\s\S]*Firefox on Linux/);
      const path = "/admin/users/Eve";
      const after = await (await submitFrom(admin, path, `${path}/revoke`, { id: fieldOf(page, "id") })).text();
      expect(after).toContain("That session has ended");
      expect(after).not.toContain("Chrome on Windows");
      expect(await textOf(other, "/dashboard")).toContain("<h1>Log in</h1>");
      expect(await textOf(one, "/dashboard")).toContain("Welcome, Eve");
    });

  it("SEC-24 ends all sessions of Eve and forgets her remembered browsers", async () => {
    const [admin, one, other] = [shop.visitor(), shop.visitor(), shop.visitor()];
    await one.submit("/login", eve);
    await other.submit("/login", { ...eve, remember: "on" });
    await admin.submit("/admin/login", grace);
    expect((await textOf(admin, "/admin/users/Eve")).includes("they cannot be listed")).toBe(!canList);
    const path = "/admin/users/Eve";
    const page = await (await submitFrom(admin, path, `${path}/revoke-all`)).text();
    expect(page).toContain("All sessions of Eve have ended");
    await restartBrowser(other);
    for (const visitor of [one, other]) expect(await textOf(visitor, "/dashboard")).toContain("<h1>Log in</h1>");
  });

  it("says that a user is not logged in anywhere", async () => {
    const admin = shop.visitor();
    await admin.submit("/admin/login", grace);
    const path = "/admin/users/Eve";
    const page = await (await submitFrom(admin, path, `${path}/revoke-all`)).text();
    expect(page).toMatch(/cannot be listed|Eve is not logged in anywhere\./);
    expect(page).not.toContain("<table");
  });

  it("lets administrators end all their own sessions, including the current one", async () => {
    const admin = shop.visitor();
    await admin.submit("/login", grace);
    await admin.submit("/admin/login", grace);
    const path = "/admin/users/Grace";
    expect(await (await submitFrom(admin, path, `${path}/revoke-all`)).text()).toContain("<h1>Admin login</h1>");
    expect(await textOf(admin, "/dashboard")).toContain("<h1>Log in</h1>");
  });

  it("SEC-22 logs out, also for a copy of the cookie, while the shop session continues", async () => {
    const admin = shop.visitor();
    await admin.submit("/login", grace);
    await admin.submit("/admin/login", grace);
    const thief = await admin.clone();
    await submitFrom(admin, "/admin", "/admin/logout");
    for (const visitor of [admin, thief]) expect(await textOf(visitor, "/admin")).toContain("<h1>Admin login</h1>");
    expect(await textOf(admin, "/dashboard")).toContain("Welcome, Grace");
  });

  it("answers 404 for unknown users and pages", async () => {
    const admin = shop.visitor();
    await admin.submit("/admin/login", grace);
    for (const path of ["/admin/users/Mallory", "/admin/users/__proto__", "/admin/nowhere"]) {
      expect((await admin.visit(path)).status, path).toBe(404);
    }
  });

  it("SEC-20 logs out after 15 minutes without a request, while the shop session continues", async () => {
    // The fake clock starts at the current time, because Redis expires keys by its own clock.
    const clock = fakeClock(Date.now());
    const later = await open(kind, clock.now);
    const admin = later.visitor();
    await admin.submit("/login", grace);
    await admin.submit("/admin/login", grace);
    for (let request = 0; request < 2; request++) {
      clock.advance(15 * 60 - 1);
      expect(await textOf(admin, "/admin")).toContain("<h1>Admin area</h1>");
    }
    clock.advance(15 * 60);
    expect(await textOf(admin, "/admin")).toContain("<h1>Admin login</h1>");
    expect(await textOf(admin, "/dashboard")).toContain("Welcome, Grace");
    // Her login is no longer fresh enough for this page.
    expect(await textOf(admin, "/password")).toContain("<h1>Log in again</h1>");
    later.close();
  });
});
