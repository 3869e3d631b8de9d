import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { isCookieKind } from "../src/sessions/storage-kind.ts";
import { textOf } from "./page-forms.ts";
import { shopOpener, type TestShop } from "./shop-in-process.ts";

const { kinds, open } = await shopOpener();

describe.each(kinds)("cart, MODE=%s", (kind) => {
  let shop: TestShop;
  beforeAll(async () => {
    shop = await open(kind);
  });
  afterAll(() => shop.close());

  it("adds up the prices of the shop's items and accepts other items without a price", async () => {
    const visitor = shop.visitor();
    for (const item of ["coat", "book", "coat", "a song"]) await visitor.submit("/add_to_cart", { item });
    const page = await textOf(visitor, "/view_cart");
    expect(page).toContain("Cart: ['coat', 'book', 'coat', 'a song']");
    expect(page).toMatch(/Wool coat<\/strong><span class="price">€ 480<\/span>/);
    expect(page).toMatch(/a song<\/strong><span class="price">not sold here<\/span>/);
    expect(page).toMatch(/Total <span class="price">€ 498<\/span>/);
    expect(page).toContain("Cart (4)");
  });

  it("changes quantities and removes items", async () => {
    const visitor = shop.visitor();
    for (const item of ["pen", "book"]) await visitor.submit("/add_to_cart", { item });
    const more = await visitor.submit("/cart/quantity", { item: "pen", quantity: "3" });
    expect(await more.text()).toContain("Cart: ['pen', 'pen', 'pen', 'book']");
    const fewer = await visitor.submit("/cart/quantity", { item: "pen", quantity: "0" });
    expect(await fewer.text()).toContain("Cart: ['book']");
    await visitor.submit("/cart/quantity", { item: "umbrella", quantity: "2" });
    expect(await textOf(visitor, "/view_cart")).toContain("Cart: ['book']");
  });

  // Regression: the flash message about the removal was larger than the item, so a full cart could not shrink.
  if (isCookieKind(kind))
    it("allows removing an item when the cookie is full to the last byte", async () => {
      const log = vi.spyOn(console, "error").mockReturnValue();
      const visitor = shop.visitor();
      await visitor.submit("/add_to_cart", { item: "a" });
      for (let length = 2048, number = 0; length > 2; number += 1) {
        const { status } = await visitor.submit("/add_to_cart", { item: `${number}`.padEnd(length, "x") });
        if (status === 413) length /= 2;
      }
      const response = await visitor.submit("/cart/quantity", { item: "a", quantity: "0" });
      log.mockRestore();
      expect(response.status).toBe(200);
      expect(await response.text()).not.toContain("'a'");
    });

  it("accepts 99 pieces of an item and offers no button for more", async () => {
    const visitor = shop.visitor();
    await visitor.submit("/add_to_cart", { item: "pen" });
    await visitor.submit("/cart/quantity", { item: "pen", quantity: "99" });
    const refused = await visitor.submit("/add_to_cart", { item: "pen" });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("Your cart already has 99 of this item, the most it can hold.");
    const page = await textOf(visitor, "/view_cart");
    expect(page).toContain("Cart (99)");
    expect(page).toContain('name="quantity" value="98"');
    expect(page).not.toContain('name="quantity" value="100"');
  });

  it.each(["-1", "100", "1e1", "many"])("rejects a quantity of %s", async (quantity) => {
    const visitor = shop.visitor();
    await visitor.submit("/add_to_cart", { item: "pen" });
    expect((await visitor.submit("/cart/quantity", { item: "pen", quantity })).status).toBe(400);
    expect(await textOf(visitor, "/view_cart")).toContain("Cart: ['pen']");
  });
});
