import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shopOpener, type TestShop } from "./shop-in-process.ts";
import { textOf } from "./walk.ts";

const { kinds, open } = await shopOpener();

describe.each(kinds)("the cart, MODE=%s", (kind) => {
  let shop: TestShop;
  beforeAll(async () => {
    shop = await open(kind);
  });
  afterAll(() => shop.close());

  it("takes what the shop sells, adds up its price, and takes anything else without one", async () => {
    const visitor = shop.visitor();
    for (const item of ["coat", "book", "coat", "a song"]) await visitor.submit("/add_to_cart", { item });
    const page = await textOf(visitor, "/view_cart");
    expect(page).toContain("Cart: ['coat', 'book', 'coat', 'a song']");
    expect(page).toMatch(/Wool coat<\/strong><span class="price">€ 480<\/span>/);
    expect(page).toMatch(/a song<\/strong><span class="price">not of this shop<\/span>/);
    expect(page).toMatch(/Together <span class="price">€ 498<\/span>/);
    expect(page).toContain("Cart (4)");
  });

  it("changes quantities, and drops what nobody wants", async () => {
    const visitor = shop.visitor();
    for (const item of ["pen", "book"]) await visitor.submit("/add_to_cart", { item });
    const more = await visitor.submit("/cart/quantity", { item: "pen", quantity: "3" });
    expect(await more.text()).toContain("Cart: ['pen', 'pen', 'pen', 'book']");
    const fewer = await (await visitor.submit("/cart/quantity", { item: "pen", quantity: "0" })).text();
    expect(fewer).toContain("Cart: ['book']");
    expect(fewer).toContain("Taken out of the cart");
    await visitor.submit("/cart/quantity", { item: "umbrella", quantity: "2" });
    expect(await textOf(visitor, "/view_cart")).toContain("Cart: ['book']");
  });

  it("takes 99 of a thing and no more, so that each of its buttons does something", async () => {
    const visitor = shop.visitor();
    await visitor.submit("/add_to_cart", { item: "pen" });
    await visitor.submit("/cart/quantity", { item: "pen", quantity: "99" });
    const refused = await visitor.submit("/add_to_cart", { item: "pen" });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("There are 99 of it in the cart, and no more go in.");
    const page = await textOf(visitor, "/view_cart");
    expect(page).toContain("Cart (99)");
    expect(page).toContain('name="quantity" value="98"');
    expect(page).not.toContain('name="quantity" value="100"');
  });

  it.each(["-1", "100", "1e1", "many"])("refuses a quantity of %s", async (quantity) => {
    const visitor = shop.visitor();
    await visitor.submit("/add_to_cart", { item: "pen" });
    expect((await visitor.submit("/cart/quantity", { item: "pen", quantity })).status).toBe(400);
    expect(await textOf(visitor, "/view_cart")).toContain("Cart: ['pen']");
  });
});
