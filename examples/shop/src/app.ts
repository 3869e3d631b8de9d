import { login, logout, safeNext } from "@coatcheck/auth";
import { type SessionEnv, session } from "@coatcheck/hono";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { accountArea } from "./account.ts";
import { adminArea } from "./admin.ts";
import { csrf } from "./csrf.ts";
import { readField, readForm } from "./forms.ts";
import { cartPage, greetingPage, homePage, loginPage } from "./pages.ts";
import { messagePage } from "./pages-layout.ts";
import { isTheme, type ShopSessions } from "./sessions.ts";
import { createUsers, type Users } from "./users.ts";

/** The shop. No route depends on where sessions are kept, but those that list them. */
export function createApp(sessions: ShopSessions, users: Users = createUsers()): Hono {
  const app = new Hono();
  // By the headers alone, so that visitors need no session. Forms of people who are logged in hold a token besides.
  app.use(csrf());
  // In front of the shop's session(): the admin area has one of its own, and there can be only one on the way.
  app.route("/admin", adminArea(sessions, users));
  app.route("/", shopFront(sessions, users));

  app.notFound((c) => c.html(messagePage("Not found", "There is no such page."), 404));

  app.onError((error, c) => {
    if (error instanceof HTTPException) return c.html(messagePage("That did not work", error.message), error.status);
    console.error(error);
    return c.html(messagePage("Server error", "Something went wrong here, and was logged."), 500);
  });
  return app;
}

function shopFront(sessions: ShopSessions, users: Users): Hono<SessionEnv<ShopSessions["shop"]>> {
  const app = new Hono<SessionEnv<ShopSessions["shop"]>>();
  app.use(session(sessions.shop));

  app.get("/", async (c) => {
    const session = await c.var.session;
    return c.html(
      homePage({
        mode: sessions.mode,
        user: session.subject,
        username: session.get("username"),
        cart: session.get("cart"),
        notice: session.flashed("notice"),
      }),
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
    return c.html(greetingPage(session.get("username")));
  });

  app.post("/add_to_cart", async (c) => {
    const { item } = await readForm(c, "item");
    const session = await c.var.session;
    if (!session.has("cart")) session.set("cart", []);
    session.get("cart")?.push(item);
    return c.redirect("/view_cart", 303);
  });

  app.get("/view_cart", async (c) => {
    const session = await c.var.session;
    return c.html(cartPage(session.get("cart")));
  });

  app.get("/login", async (c) => {
    const session = await c.var.session;
    const next = safeNext(c.req.query("next"), "/dashboard");
    return c.html(loginPage({ next, user: session.subject, theme: session.get("theme") }));
  });

  app.post("/login", async (c) => {
    const { username, password, theme } = await readForm(c, "username", "password", "theme");
    if (!isTheme(theme)) throw new HTTPException(400, { message: "The theme must be light or dark." });
    // Refused before the session is awaited: a failed login reads nothing, changes nothing and sends no cookie.
    if (!(await users.isPassword(username, password))) {
      throw new HTTPException(401, { message: "Wrong username or password." });
    }
    const isRemembered = (await readField(c, "remember")) !== undefined;
    const session = await c.var.session;
    // Not ticked is no wish to be forgotten: whoever is asked again for the password would be, each time.
    await login(session, username, { method: "password", ...(isRemembered && { remember: true }) });
    session.set("theme", theme);
    session.flash("notice", "You are logged in");
    return c.redirect(safeNext(await readField(c, "next"), "/dashboard"), 303);
  });

  app.post("/logout", async (c) => {
    const session = await c.var.session;
    logout(session);
    session.flash("notice", "You are logged out");
    return c.redirect("/", 303);
  });

  app.route("/", accountArea(sessions, users));
  return app;
}
