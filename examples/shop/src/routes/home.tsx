import { login, logout, safeNext } from "@coatcheck/auth";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { GreetingPage } from "../pages/greeting.tsx";
import { HomePage } from "../pages/home.tsx";
import { LoginPage } from "../pages/login.tsx";
import { isTheme } from "../sessions/session-data.ts";
import type { Users } from "../users.ts";
import type { ShopEnv } from "../web/env.ts";
import { plainFrame, shopFrame } from "../web/frame.ts";
import { readField, readForm } from "../web/read-form.ts";

/** What everybody can open. Stands behind `session()`. */
export function frontRoutes(users: Users): Hono<ShopEnv> {
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

  app.get("/login", async (c) => {
    const session = await c.var.session;
    const next = safeNext(c.req.query("next"), "/dashboard");
    const { subject: user } = session;
    return c.html(<LoginPage frame={shopFrame(c, session)} next={next} user={user} theme={session.get("theme")} />);
  });

  app.post("/login", async (c) => {
    const { username, password, theme } = await readForm(c, "username", "password", "theme");
    if (!isTheme(theme)) throw new HTTPException(400, { message: "The theme must be light or dark." });
    // Refused before the session is awaited: a failed login reads nothing, changes nothing and sends no cookie.
    const next = safeNext(await readField(c, "next"), "/dashboard");
    if (!(await users.isPassword(username, password))) {
      const frame = plainFrame(c, { error: "Wrong username or password" });
      return c.html(<LoginPage frame={frame} next={next} user={undefined} username={username} theme={theme} />, 401);
    }
    const isRemembered = (await readField(c, "remember")) !== undefined;
    const session = await c.var.session;
    // Not ticked is no wish to be forgotten: whoever is asked again for the password would be, each time.
    await login(session, username, { method: "password", ...(isRemembered && { remember: true }) });
    session.set("theme", theme);
    session.flash("notice", "You are logged in");
    return c.redirect(next, 303);
  });

  app.post("/logout", async (c) => {
    const session = await c.var.session;
    logout(session);
    session.flash("notice", "You are logged out");
    return c.redirect("/", 303);
  });

  return app;
}
