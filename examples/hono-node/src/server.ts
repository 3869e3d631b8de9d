import { SessionManager, serverSide } from "@coatcheck/core";
import { session } from "@coatcheck/hono";
import { redisStore } from "@coatcheck/stores/redis";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createClient } from "redis";

const { PORT = "3000", REDIS_URL = "redis://127.0.0.1:6379" } = process.env;

// Without the offline queue, a request fails at once while Redis is away, and none of its writes happen later.
const redis = createClient({ url: REDIS_URL, disableOfflineQueue: true });
redis.on("error", (error: Error) => console.error(`Redis: ${error.message}`));
await redis.connect();

const sessions = new SessionManager<{ cart: string[] }, { notice: string }>({
  mode: serverSide(redisStore(redis)),
});

const app = new Hono()
  .use(session(sessions))
  .get("/", async (c) => {
    const session = await c.var.session;
    return c.json({
      user: session.subject ?? null,
      cart: session.get("cart") ?? [],
      notice: session.flashed("notice") ?? null,
    });
  })
  .post("/login", async (c) => {
    const { user } = await c.req.parseBody();
    // Check a password here, before the session is touched.
    if (typeof user !== "string" || user === "") return c.text("Who are you?", 401);
    const session = await c.var.session;
    session.bind(user);
    session.flash("notice", `Welcome, ${user}`);
    return c.redirect("/", 303);
  })
  .post("/cart/:item", async (c) => {
    const session = await c.var.session;
    // update() instead of set(): parallel requests lose nothing.
    session.update("cart", (cart = []) => [...cart, c.req.param("item")]);
    return c.redirect("/", 303);
  })
  .post("/checkout", async (c) => {
    const session = await c.var.session;
    pay(session.take("cart") ?? []);
    session.flash("notice", "Thank you");
    return c.redirect("/", 303);
  })
  .post("/logout", async (c) => {
    const session = await c.var.session;
    session.destroy();
    session.flash("notice", "Goodbye");
    return c.redirect("/", 303);
  });

/** Stands for a payment service that can fail. Its error leaves the cart unchanged. */
function pay(cart: readonly string[]): void {
  if (cart.length === 0) throw new Error("The cart is empty.");
  if (cart.includes("yacht")) throw new Error("The bank has declined the payment.");
}

// Listens on localhost only: over plain HTTP, browsers accept a Secure cookie from localhost and from no other host.
const server = serve({ fetch: app.fetch, port: Number(PORT), hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`http://localhost:${port}`);
});
process.once("SIGTERM", () => server.close(() => redis.close()));
