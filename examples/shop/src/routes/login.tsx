import { login, logout, safeNext } from "@coatcheck/auth";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { LoginPage } from "../pages/login.tsx";
import { isTheme } from "../sessions/session-data.ts";
import type { Users } from "../users.ts";
import type { ShopEnv } from "../web/env.ts";
import { plainFrame, shopFrame } from "../web/frame.ts";
import { readField, readForm } from "../web/read-form.ts";

/** Login and logout of the shop. Registered after `session()`. */
export function loginRoutes(users: Users): Hono<ShopEnv> {
  const app = new Hono<ShopEnv>();

  app.get("/login", async (c) => {
    const session = await c.var.session;
    const next = safeNext(c.req.query("next"), "/dashboard");
    const { subject: user } = session;
    return c.html(<LoginPage frame={shopFrame(c, session)} next={next} user={user} theme={session.get("theme")} />);
  });

  app.post("/login", async (c) => {
    const { username, password, theme } = await readForm(c, "username", "password", "theme");
    if (!isTheme(theme)) throw new HTTPException(400, { message: "The theme must be light or dark." });
    const next = safeNext(await readField(c, "next"), "/dashboard");
    // A failed login never awaits the session, so it reads nothing, changes nothing and sends no cookie.
    if (!(await users.isPassword(username, password))) {
      const frame = plainFrame(c, { error: "Wrong username or password" });
      return c.html(<LoginPage frame={frame} next={next} user={undefined} username={username} theme={theme} />, 401);
    }
    const isRemembered = (await readField(c, "remember")) !== undefined;
    const session = await c.var.session;
    // An unchecked box leaves `remember` out instead of setting it to false: `false` would forget a remembered browser
    // whenever its user confirms the password.
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
