import {
  listDevices,
  login,
  loginOf,
  logout,
  logoutElsewhere,
  requireFresh,
  requireSubject,
  revokeDevice,
} from "@coatcheck/auth";
import type { Session } from "@coatcheck/core";
import { csrfToken } from "@coatcheck/csrf";
import type { SessionEnv } from "@coatcheck/hono";
import { guard } from "@coatcheck/hono/auth";
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { csrf } from "./csrf.ts";
import { readForm } from "./forms.ts";
import { type AccountPage, dashboardPage, devicesPage, passwordPage } from "./pages-account.ts";
import { endSessions, isTheme, type ShopData, type ShopSessions } from "./sessions.ts";
import type { Users } from "./users.ts";

/** Seconds that a login is proof enough for a change of password. */
const FRESH = 300;

interface AccountEnv {
  Variables: SessionEnv<ShopSessions["shop"]>["Variables"] & { subject: string };
}

/** The pages of somebody who is logged in. Stands behind `session()`. */
export function accountArea(sessions: ShopSessions, users: Users): Hono<AccountEnv> {
  const app = new Hono<AccountEnv>();
  const loginPage = { loginPage: "/login" };
  for (const path of ["/dashboard", "/theme", "/devices/*", "/password"]) {
    app.use(path, guard(requireSubject, loginPage), csrf({ tokens: true }));
  }

  app.get("/dashboard", async (c) => {
    const session = await c.var.session;
    return c.html(dashboardPage(pageOf(c, session), loginOf(session).method));
  });

  app.post("/theme", async (c) => {
    const { theme } = await readForm(c, "theme");
    if (!isTheme(theme)) throw new HTTPException(400, { message: "The theme must be light or dark." });
    const session = await c.var.session;
    session.set("theme", theme);
    return c.redirect("/dashboard", 303);
  });

  app.get("/devices", async (c) => {
    const session = await c.var.session;
    const devices = sessions.mode === "server" ? await listDevices(sessions.shop, session) : undefined;
    return c.html(devicesPage(pageOf(c, session), devices));
  });

  app.post("/devices/revoke", async (c) => {
    const { id } = await readForm(c, "id");
    const session = await c.var.session;
    const isEnded = await revokeDevice(sessions.shop, c.var.subject, id);
    session.flash("notice", isEnded ? "That session has ended" : "There is no such session any more");
    return c.redirect("/devices", 303);
  });

  app.post("/devices/revoke-others", async (c) => {
    const session = await c.var.session;
    await endSessions(sessions, c.var.subject, { except: session.id });
    session.flash("notice", "All other sessions have ended");
    return c.redirect("/devices", 303);
  });

  app.post("/devices/revoke-all", async (c) => {
    const session = await c.var.session;
    await endSessions(sessions, c.var.subject);
    logout(session);
    session.flash("notice", "You are logged out everywhere");
    return c.redirect("/", 303);
  });

  app.use("/password", guard(requireFresh(FRESH), loginPage));

  app.get("/password", async (c) => c.html(passwordPage(pageOf(c, await c.var.session))));

  app.post("/password", async (c) => {
    const { current, password } = await readForm(c, "current", "password");
    if (!(await users.isPassword(c.var.subject, current))) {
      throw new HTTPException(401, { message: "That is not the current password." });
    }
    if (password.length < 8) throw new HTTPException(400, { message: "The password must have 8 characters or more." });
    const session = await c.var.session;
    await users.changePassword(c.var.subject, password);
    await sessions.admin.revokeAll(c.var.subject, { except: session.id });
    await login(session, c.var.subject, { method: "password" });
    await logoutElsewhere(sessions.shop, session);
    session.flash("notice", "Your password was changed, and all other sessions have ended");
    return c.redirect("/dashboard", 303);
  });

  return app;
}

function pageOf(c: Context<AccountEnv>, session: Session<ShopData>): AccountPage {
  return {
    user: c.var.subject,
    token: csrfToken(session),
    theme: session.get("theme"),
    notice: session.flashed("notice"),
  };
}
