import { devicesOf, login, logout, requireThat, revokeDevice, safeNext } from "@coatcheck/auth";
import type { Session } from "@coatcheck/core";
import { csrfToken } from "@coatcheck/csrf";
import { session } from "@coatcheck/hono";
import { guard } from "@coatcheck/hono/auth";
import { csrf } from "@coatcheck/hono/csrf";
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { AdminLoginPage, AdminPage, type AdminProps, AdminUserPage } from "../pages/admin.tsx";
import { csrfDenialPage } from "../pages/csrf-denial.tsx";
import type { ShopFlash } from "../sessions/session-data.ts";
import type { KindEnv } from "../sessions/storage-choice.ts";
import type { Users } from "../users.ts";
import type { AdminEnv } from "../web/env.ts";
import { adminFrame, plainFrame } from "../web/frame.ts";
import { readField, readForm } from "../web/read-form.ts";

/** The admin area, mounted at /admin. Its sessions are its own: being logged in to the shop is worth nothing here. */
export function adminRoutes(users: Users): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  app.use(session<object, ShopFlash, KindEnv>((c) => c.var.kind.admin));

  app.get("/login", (c) => {
    return c.html(<AdminLoginPage frame={plainFrame(c)} next={safeNext(c.req.query("next"), "/admin")} />);
  });

  app.post("/login", async (c) => {
    const { username, password } = await readForm(c, "username", "password");
    const next = safeNext(await readField(c, "next"), "/admin");
    if (!(await users.isPassword(username, password))) {
      const frame = plainFrame(c, { error: "Wrong username or password" });
      return c.html(<AdminLoginPage frame={frame} next={next} username={username} />, 401);
    }
    if (!isAdministrator(username)) throw new HTTPException(403, { message: "The admin area is for administrators." });
    await login(await c.var.session, username, { method: "admin password" });
    return c.redirect(next, 303);
  });

  // The role is asked of the users at each request, and is not in the session: who loses it is out at once.
  const requireAdministrator = requireThat((_session, subject) => isAdministrator(subject));
  app.use(guard(requireAdministrator, { loginPage: "/admin/login" }), csrf({ tokens: true, onDenied: csrfDenialPage }));

  app.get("/", async (c) => c.html(<AdminPage {...propsOf(c, await c.var.session)} users={users.names} />));

  app.get("/users/:name", async (c) => {
    const name = nameOf(c);
    const session = await c.var.session;
    const { shop, canList } = c.var.kind;
    // The shop's manager, not this one: when a session was last seen is reckoned from the lifetimes of its manager.
    const devices = canList ? await devicesOf(shop, name) : undefined;
    return c.html(<AdminUserPage {...propsOf(c, session)} user={name} devices={devices} />);
  });

  // By the shop's manager as well: only that one forgets the browsers that it remembers.
  app.post("/users/:name/revoke", async (c) => {
    const name = nameOf(c);
    const { id } = await readForm(c, "id");
    const session = await c.var.session;
    const isEnded = await revokeDevice(c.var.kind.shop, name, id);
    if (isEnded) session.flash("notice", "That session has ended");
    else session.flash("error", "There is no such session any more");
    return c.redirect(c.req.path.replace(/\/revoke$/, ""), 303);
  });

  app.post("/users/:name/revoke-all", async (c) => {
    const name = nameOf(c);
    const session = await c.var.session;
    await c.var.kinds.endSessions(name);
    session.flash("notice", `All sessions of ${name} have ended`);
    return c.redirect(c.req.path.replace(/\/revoke-all$/, ""), 303);
  });

  app.post("/logout", async (c) => {
    logout(await c.var.session);
    return c.redirect("/admin/login", 303);
  });

  // What is left would go on to the shop, and its session().
  app.all("*", (c) => c.notFound());
  return app;

  function isAdministrator(name: string): boolean {
    return users.roleOf(name) === "administrator";
  }

  /** Whose page it is. @throws HTTPException 404 */
  function nameOf(c: Context): string {
    const name = c.req.param("name") ?? "";
    if (users.roleOf(name) === undefined) throw new HTTPException(404, { message: "There is no such user." });
    return name;
  }
}

function propsOf(c: Context<AdminEnv>, session: Session<object, ShopFlash>): AdminProps {
  return { frame: adminFrame(c, session), administrator: c.var.subject, token: csrfToken(session) };
}
