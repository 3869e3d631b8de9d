import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scenarios } from "../src/scenarios/scenario-list.ts";
import { eve } from "./demo-users.ts";
import { textOf } from "./page-forms.ts";
import { shopOpener, type TestShop } from "./shop-in-process.ts";

const { open } = await shopOpener();

describe("page", () => {
  let shop: TestShop;
  beforeAll(async () => {
    shop = await open("sqlite");
  });
  afterAll(() => shop.close());

  const paths = [
    ...["/", "/get_session", "/view_cart", "/login", "/admin/login", "/scenarios", "/nowhere", "/admin/nowhere"],
    ...scenarios.map(({ slug }) => `/scenarios/${slug}`),
  ];

  it.each([...paths, "/dashboard", "/devices", "/password"])("%s has the security headers", async (path) => {
    const visitor = shop.visitor();
    await visitor.submit("/login", eve);
    const { headers } = await visitor.visit(path);
    const policy = headers.get("Content-Security-Policy") ?? "";
    expect(policy).toMatch(/^default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; /);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    // Otherwise the back button shows the page after a logout.
    expect(headers.get("Cache-Control")).toBe("no-store");
  });

  it.each(paths)("%s has no scripts, no inline styles and no links to other origins", async (path) => {
    const page = await textOf(shop.visitor(), path);
    expect(page).not.toMatch(/<script|<style|\sstyle=|\son\w+=|javascript:/i);
    const addresses = [...page.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, address]) => address);
    expect(addresses.filter((address) => !/^[/#](?!\/)/.test(address ?? ""))).toEqual([]);
  });

  it.each(paths)("%s has a language, one heading, a skip link and a label for every field", async (path) => {
    const page = await textOf(shop.visitor(), path);
    expect(page).toContain('<html lang="en"');
    expect(page.match(/<h1>/g)).toHaveLength(1);
    expect(page).toContain('<a class="skip" href="#main">');
    expect(page).toMatch(/<header[\s\S]*<main id="main"[\s\S]*<\/main>[\s\S]*<footer/);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of page.matchAll(/<(?:input|select) id="([^"]+)"/g)) expect(page).toContain(`<label for="${id}"`);
  });

  it("links a stylesheet that browsers cache until it changes", async () => {
    const [, href = ""] = /<link rel="stylesheet" href="([^"]+)"/.exec(await textOf(shop.visitor(), "/")) ?? [];
    expect(href).toMatch(/^\/style\.css\?v=[0-9a-f]{12}$/);
    const { headers, status } = await shop.visitor().visit(href);
    expect(status).toBe(200);
    expect(headers.get("Content-Type")).toBe("text/css; charset=utf-8");
    expect(headers.get("Cache-Control")).toContain("immutable");
    expect((await shop.visitor().visit("/favicon.svg")).headers.get("Content-Type")).toBe("image/svg+xml");
  });
});
