import { describe, expect, it, vi } from "vitest";
import { type StorageKind, storageDescriptions } from "../src/sessions/storage-kind.ts";
import { eve, grace } from "./demo-users.ts";
import { submitFrom, textOf } from "./page-forms.ts";
import { shopOpener } from "./shop-in-process.ts";

const { kinds, open, redis } = await shopOpener();

describe("storage switch", () => {
  it("is on every page and shows the current storage and login", async () => {
    const shop = await open("sqlite");
    const visitor = shop.visitor();
    for (const path of ["/", "/login", "/view_cart", "/scenarios", "/scenarios/flash", "/admin/login", "/nowhere"]) {
      const page = await textOf(visitor, path);
      expect(page, path).toContain("Now: <strong>SQLite</strong>");
      for (const kind of kinds) expect(page, path).toContain(`name="kind" value="${kind}"`);
    }
    expect(await textOf(visitor, "/")).toContain("No user is logged in here.");
    await visitor.submit("/login", eve);
    expect(await textOf(visitor, "/")).toContain("Eve is logged in here.");
    shop.close();
  });

  it("keeps a separate session in each storage", async () => {
    const shop = await open("sqlite");
    const visitor = shop.visitor();
    for (const kind of kinds) {
      await visitor.submit("/kind", { kind });
      expect(await textOf(visitor, "/get_session"), kind).toContain("Welcome, Guest");
      await visitor.submit("/set_session", { username: `Alice ${kind}` });
      await visitor.submit("/add_to_cart", { item: `hat ${kind}` });
      if (kind !== "signed") await visitor.submit("/login", eve);
    }
    for (const kind of kinds) {
      const home = await (await visitor.submit("/kind", { kind })).text();
      expect(home).toContain(`${kind}: ${storageDescriptions[kind].summary}`);
      expect(home).toContain(kind === "signed" ? "<dd>not logged in</dd>" : "<dd>Eve</dd>");
      expect(await textOf(visitor, "/get_session")).toContain(`Welcome, Alice ${kind}`);
      expect(await textOf(visitor, "/view_cart")).toContain(`Cart: ['hat ${kind}']`);
    }
    shop.close();
  });

  it("keeps the login in one storage after a logout in another", async () => {
    const shop = await open("signed");
    const visitor = shop.visitor();
    await visitor.submit("/login", eve);
    await visitor.submit("/kind", { kind: "encrypted" });
    await visitor.submit("/login", eve);
    await visitor.submit("/logout", {});
    expect(await textOf(visitor, "/")).toContain("<dd>not logged in</dd>");
    await visitor.submit("/kind", { kind: "signed" });
    expect(await textOf(visitor, "/")).toContain("<dd>Eve</dd>");
    shop.close();
  });

  it("returns to the page where it was used and never to another site", async () => {
    const shop = await open("sqlite");
    const visitor = shop.visitor();
    const body = (back: string) => new URLSearchParams({ kind: "signed", back });
    for (const [back, to] of [
      ["/view_cart", "/view_cart"],
      ["//evil.example", "/"],
      ["https://evil.example/", "/"],
    ] as const) {
      const { headers } = await visitor.fetch("/kind", { method: "POST", body: body(back) });
      expect(headers.get("Location")).toBe(to);
    }
    shop.close();
  });

  it.each(["memory", "__proto__", ""])("rejects the unknown storage %j", async (kind) => {
    const shop = await open("sqlite");
    expect((await shop.visitor().submit("/kind", { kind })).status).toBe(400);
    shop.close();
  });

  it("uses the initial storage when the cookie names an unknown one", async () => {
    const shop = await open("encrypted");
    const visitor = shop.visitor();
    await visitor.setCookie("kind=memory; Path=/");
    expect(await textOf(visitor, "/")).toContain("encrypted: ");
    shop.close();
  });

  it("works while the current store is down: the error page has the switch, and other sessions continue", async (test) => {
    if (redis === undefined) return test.skip("Redis is not installed");
    const shop = await open("redis");
    const visitor = shop.visitor();
    await visitor.submit("/kind", { kind: "sqlite" });
    await visitor.submit("/add_to_cart", { item: "book" });
    await visitor.submit("/kind", { kind: "redis" });
    await visitor.submit("/add_to_cart", { item: "hat" });
    const log = vi.spyOn(console, "error").mockReturnValue();
    await redis.kill();
    try {
      const failed = await visitor.visit("/view_cart");
      expect(failed.status).toBe(503);
      const page = await failed.text();
      expect(page).toContain("The storage of your session does not answer.");
      expect(page).toContain('name="kind" value="sqlite"');
      await visitor.submit("/kind", { kind: "sqlite" });
      expect(await textOf(visitor, "/view_cart")).toContain("Cart: ['book']");
    } finally {
      await redis.restart();
      log.mockRestore();
      shop.close();
    }
  });
});

describe.each(kinds)("user with a session in every storage, currently %s", (kind) => {
  it.each([
    ["SEC-24 logging out everywhere", "/devices", "/devices/revoke-all", {}],
    ["SEC-24 logging out everywhere else", "/devices", "/devices/revoke-others", {}],
    ["changing the password", "/password", "/password", { current: grace.password, password: "correct horse" }],
  ] as const)("ends the sessions in the other storages by %s", async (_, page, action, fields) => {
    const shop = await open("sqlite");
    const visitor = shop.visitor();
    const others = kinds.filter((one) => one !== kind);
    for (const one of [...others, kind]) {
      await visitor.submit("/kind", { kind: one });
      await visitor.submit("/login", { ...grace, remember: "on" });
      await visitor.submit("/admin/login", grace);
    }
    await submitFrom(visitor, page, action, fields);
    const isIn = async (one: StorageKind) => {
      await visitor.submit("/kind", { kind: one });
      return (await textOf(visitor, "/dashboard")).includes("Welcome, Grace");
    };
    expect(await isIn(kind)).toBe(action !== "/devices/revoke-all");
    for (const one of others) {
      expect(await isIn(one), one).toBe(false);
      expect(await textOf(visitor, "/admin"), one).toContain("<h1>Admin login</h1>");
    }
    shop.close();
  });
});
