import { type SessionEnv, session } from "@coatcheck/hono";
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { cartPage, dashboardPage, greetingPage, homePage, messagePage } from "./pages.ts";
import { isTheme, type Mode, type ShopSessions } from "./sessions.ts";
import { isUser } from "./users.ts";

/** The shop. `mode` is only shown: no route depends on where sessions are kept. */
export function createApp(sessions: ShopSessions, mode: Mode): Hono<SessionEnv<ShopSessions>> {
  const app = new Hono<SessionEnv<ShopSessions>>();
  app.use(session(sessions));

  app.get("/", async (c) => {
    const session = await c.var.session;
    return c.html(
      homePage({
        mode,
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

  app.post("/login", async (c) => {
    const { username, password, theme } = await readForm(c, "username", "password", "theme");
    if (!isTheme(theme)) throw new HTTPException(400, { message: "The theme must be light or dark." });
    // Refused before the session is awaited: a failed login reads nothing, changes nothing and sends no cookie.
    if (!(await isUser(username, password))) throw new HTTPException(401, { message: "Wrong username or password." });
    const session = await c.var.session;
    session.bind(username);
    session.set("theme", theme);
    session.flash("notice", "You are logged in");
    return c.redirect("/dashboard", 303);
  });

  app.get("/dashboard", async (c) => {
    const session = await c.var.session;
    if (session.subject === undefined) return c.redirect("/", 303);
    return c.html(dashboardPage(session.subject, session.get("theme"), session.flashed("notice")));
  });

  app.post("/logout", async (c) => {
    const session = await c.var.session;
    session.destroy();
    session.flash("notice", "You are logged out");
    return c.redirect("/", 303);
  });

  app.notFound((c) => c.html(messagePage("Not found", "There is no such page."), 404));

  app.onError((error, c) => {
    if (error instanceof HTTPException) return c.html(messagePage("That did not work", error.message), error.status);
    console.error(error);
    return c.html(messagePage("Server error", "Something went wrong here, and was logged."), 500);
  });
  return app;
}

/** The fields of a form, none of them empty. @throws HTTPException 400 that names those that are */
async function readForm<Name extends string>(c: Context, ...names: Name[]): Promise<Record<Name, string>> {
  // A body that is no form has no fields.
  const form: Record<string, unknown> = await c.req.parseBody().catch(() => ({}));
  const isFilled = (name: Name) => typeof form[name] === "string" && form[name] !== "";
  const missing = names.filter((name) => !isFilled(name));
  if (missing.length > 0) throw new HTTPException(400, { message: `Please fill in: ${missing.join(", ")}.` });
  return form as Record<Name, string>;
}
