import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { MAX_PIECES } from "../catalogue.ts";
import { CartPage } from "../pages/cart.tsx";
import type { ShopEnv } from "../web/env.ts";
import { shopFrame } from "../web/frame.ts";
import { readForm } from "../web/read-form.ts";

/** The cart, of visitors too. Stands behind `session()`. */
export function cartRoutes(): Hono<ShopEnv> {
  const app = new Hono<ShopEnv>();

  app.post("/add_to_cart", async (c) => {
    const { item } = await readForm(c, "item");
    const session = await c.var.session;
    if (!session.has("cart")) session.set("cart", []);
    const cart = session.get("cart") ?? [];
    if (cart.filter((one) => one === item).length >= MAX_PIECES) {
      throw new HTTPException(400, { message: `There are ${MAX_PIECES} of it in the cart, and no more go in.` });
    }
    cart.push(item);
    return c.redirect("/view_cart", 303);
  });

  app.get("/view_cart", async (c) => {
    const session = await c.var.session;
    return c.html(<CartPage frame={shopFrame(c, session)} cart={session.get("cart") ?? []} />);
  });

  app.post("/cart/quantity", async (c) => {
    const { item, quantity } = await readForm(c, "item", "quantity");
    if (!/^\d{1,2}$/.test(quantity)) {
      throw new HTTPException(400, { message: `The quantity must be from 0 to ${MAX_PIECES}.` });
    }
    const session = await c.var.session;
    // Computed from the newest cart, also when another tab has changed it meanwhile.
    session.update("cart", (cart = []) => withQuantity(cart, item, Number(quantity)));
    return c.redirect("/view_cart", 303);
  });

  return app;
}

/** The cart with so many of an item, where the first of them was. */
function withQuantity(cart: readonly string[], item: string, quantity: number): string[] {
  const at = cart.indexOf(item);
  if (at < 0) return [...cart];
  const others = cart.filter((one) => one !== item);
  return [...others.slice(0, at), ...Array<string>(quantity).fill(item), ...others.slice(at)];
}
