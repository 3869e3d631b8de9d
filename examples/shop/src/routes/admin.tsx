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
import type { StorageEnv } from "../sessions/storage-choice.ts";
import type { Users } from "../users.ts";
import type { AdminEnv } from "../web/env.ts";
import { adminFrame, plainFrame } from "../web/frame.ts";
import { readField, readForm } from "../web/read-form.ts";

/** The admin area, mounted at /admin. It has its own sessions: a login to the shop does not count here. */
export function adminRoutes(users: Users): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  app.use(session<object, ShopFlash, StorageEnv>((c) => c.var.storage.adminSessions));

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

  // The role is not in the session: it is looked up on each request, so a user who loses it loses access at once.
  const requireAdministrator = requireThat((_session, subject) => isAdministrator(subject));
  app.use(guard(requireAdministrator, { loginPage: "/admin/login" }), csrf({ tokens: true, onDenied: csrfDenialPage }));

  app.get("/", async (c) => c.html(<AdminPage {...propsOf(c, await c.var.session)} users={users.names} />));

  app.get("/users/:name", async (c) => {
    const name = nameOf(c);
    const session = await c.var.session;
    const { shopSessions, canList } = c.var.storage;
    // Uses the shop's manager, because the time of the last request is computed from the lifetimes of the manager.
    const devices = canList ? await devicesOf(shopSessions, name) : undefined;
    return c.html(<AdminUserPage {...propsOf(c, session)} user={name} devices={devices} />);
  });

  // Uses the shop's manager, because only that one also forgets the remembered browser.
  app.post("/users/:name/revoke", async (c) => {
    const name = nameOf(c);
    const { id } = await readForm(c, "id");
    const session = await c.var.session;
    const isEnded = await revokeDevice(c.var.storage.shopSessions, name, id);
    if (isEnded) session.flash("notice", "That session has ended");
    else session.flash("error", "That session no longer exists");
    return c.redirect(c.req.path.replace(/\/revoke$/, ""), 303);
  });

  app.post("/users/:name/revoke-all", async (c) => {
    const name = nameOf(c);
    const session = await c.var.session;
    await c.var.storages.endSessions(name);
    session.flash("notice", `All sessions of ${name} have ended`);
    return c.redirect(c.req.path.replace(/\/revoke-all$/, ""), 303);
  });

  app.post("/logout", async (c) => {
    logout(await c.var.session);
    return c.redirect("/admin/login", 303);
  });

  // Without this, other paths below /admin would reach the shop and its session().
  app.all("*", (c) => c.notFound());
  return app;

  function isAdministrator(name: string): boolean {
    return users.roleOf(name) === "administrator";
  }

  /** The user that the path names. @throws HTTPException 404 */
  function nameOf(c: Context): string {
    const name = c.req.param("name") ?? "";
    if (users.roleOf(name) === undefined) throw new HTTPException(404, { message: "There is no such user." });
    return name;
  }
}

function propsOf(c: Context<AdminEnv>, session: Session<object, ShopFlash>): AdminProps {
  return { frame: adminFrame(c, session), administrator: c.var.subject, token: csrfToken(session) };
}
