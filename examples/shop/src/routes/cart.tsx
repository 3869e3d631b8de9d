import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { MAX_PIECES } from "../catalog.ts";
import { CartPage } from "../pages/cart.tsx";
import type { ShopEnv } from "../web/env.ts";
import { shopFrame } from "../web/frame.ts";
import { readForm } from "../web/read-form.ts";

/** The cart. It needs no login. Registered after `session()`. */
export function cartRoutes(): Hono<ShopEnv> {
  const app = new Hono<ShopEnv>();

  app.post("/add_to_cart", async (c) => {
    const { item } = await readForm(c, "item");
    const session = await c.var.session;
    if (!session.has("cart")) session.set("cart", []);
    const cart = session.get("cart") ?? [];
    if (cart.filter((piece) => piece === item).length >= MAX_PIECES) {
      throw new HTTPException(400, {
        message: `Your cart already has ${MAX_PIECES} of this item, the most it can hold.`,
      });
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
    // update() runs again on the newest cart when another tab has changed it in the meantime.
    session.update("cart", (cart = []) => withQuantity(cart, item, Number(quantity)));
    return c.redirect("/view_cart", 303);
  });

  return app;
}

/** A copy of the cart with the given quantity of an item, at the position of its first piece. */
function withQuantity(cart: readonly string[], item: string, quantity: number): string[] {
  const position = cart.indexOf(item);
  if (position < 0) return [...cart];
  const others = cart.filter((piece) => piece !== item);
  return [...others.slice(0, position), ...Array<string>(quantity).fill(item), ...others.slice(position)];
}
