import { Hono } from "hono";
import { GreetingPage } from "../pages/greeting.tsx";
import { HomePage } from "../pages/home.tsx";
import type { ShopEnv } from "../web/env.ts";
import { shopFrame } from "../web/frame.ts";
import { readForm } from "../web/read-form.ts";

/** The home page, and a name that a visitor gives without an account. Registered after `session()`. */
export function homeRoutes(): Hono<ShopEnv> {
  const app = new Hono<ShopEnv>();

  app.get("/", async (c) => {
    const session = await c.var.session;
    const pieces = session.get("cart")?.length ?? 0;
    const username = session.get("username");
    return c.html(
      <HomePage frame={shopFrame(c, session)} user={session.subject} username={username} pieces={pieces} />,
    );
  });

  app.post("/set_session", async (c) => {
    const { username } = await readForm(c, "username");
    const session = await c.var.session;
    session.set("username", username);
    return c.redirect("/get_session", 303);
  });

  app.get("/get_session", async (c) => {
    const session = await c.var.session;
    return c.html(<GreetingPage frame={shopFrame(c, session)} username={session.get("username")} />);
  });

  return app;
}
