import {
  listDevices,
  login,
  loginOf,
  logout,
  requireFresh,
  requireSubject,
  revokeDevice,
  revokeOtherSessions,
} from "@coatcheck/auth";
import type { Session } from "@coatcheck/core";
import { csrfToken } from "@coatcheck/csrf";
import { guard } from "@coatcheck/hono/auth";
import { csrf } from "@coatcheck/hono/csrf";
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { csrfDenialPage } from "../pages/csrf-denial.tsx";
import { type AccountProps, DashboardPage } from "../pages/dashboard.tsx";
import { DevicesPage } from "../pages/devices.tsx";
import { PasswordPage } from "../pages/password.tsx";
import { isTheme, type ShopData, type ShopFlash } from "../sessions/session-data.ts";
import type { Users } from "../users.ts";
import type { AccountEnv } from "../web/env.ts";
import { shopFrame } from "../web/frame.ts";
import { readForm } from "../web/read-form.ts";

/** Seconds after a login in which the password can be changed without another login. */
const FRESH = 300;

/** The pages of a logged-in user. Registered after `session()`. */
export function accountRoutes(users: Users): Hono<AccountEnv> {
  const app = new Hono<AccountEnv>();
  const loginPage = { loginPage: "/login" };
  for (const path of ["/dashboard", "/theme", "/devices/*", "/password"]) {
    app.use(path, guard(requireSubject, loginPage), csrf({ tokens: true, onDenied: csrfDenialPage }));
  }

  app.get("/dashboard", async (c) => {
    const session = await c.var.session;
    const { method } = loginOf(session);
    return c.html(<DashboardPage {...propsOf(c, session)} theme={session.get("theme")} method={method} />);
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
    const { shopSessions, canList } = c.var.storage;
    const devices = canList ? await listDevices(shopSessions, session) : undefined;
    return c.html(<DevicesPage {...propsOf(c, session)} devices={devices} />);
  });

  app.post("/devices/revoke", async (c) => {
    const { id } = await readForm(c, "id");
    const session = await c.var.session;
    const isEnded = await revokeDevice(c.var.storage.shopSessions, c.var.subject, id);
    if (isEnded) session.flash("notice", "That session has ended");
    else session.flash("error", "That session no longer exists");
    return c.redirect("/devices", 303);
  });

  app.post("/devices/revoke-others", async (c) => {
    const session = await c.var.session;
    await c.var.storages.endSessions(c.var.subject, { kind: c.var.storage.kind, id: session.id });
    session.flash("notice", "All other sessions have ended");
    return c.redirect("/devices", 303);
  });

  app.post("/devices/revoke-all", async (c) => {
    const session = await c.var.session;
    await c.var.storages.endSessions(c.var.subject);
    logout(session);
    session.flash("notice", "You are logged out everywhere");
    return c.redirect("/", 303);
  });

  app.use("/password", guard(requireFresh(FRESH), loginPage));

  app.get("/password", async (c) => c.html(<PasswordPage {...propsOf(c, await c.var.session)} />));

  app.post("/password", async (c) => {
    const { current, password } = await readForm(c, "current", "password");
    if (!(await users.isPassword(c.var.subject, current))) {
      throw new HTTPException(401, { message: "That is not your current password." });
    }
    if (password.length < 8) {
      throw new HTTPException(400, { message: "The new password must have at least 8 characters." });
    }
    const session = await c.var.session;
    await users.changePassword(c.var.subject, password);
    await c.var.storages.endSessions(c.var.subject, { kind: c.var.storage.kind, id: session.id });
    await login(session, c.var.subject, { method: "password" });
    await revokeOtherSessions(c.var.storage.shopSessions, session);
    session.flash("notice", "Your password was changed, and all other sessions have ended");
    return c.redirect("/dashboard", 303);
  });

  return app;
}

function propsOf(c: Context<AccountEnv>, session: Session<ShopData, ShopFlash>): AccountProps {
  return { frame: shopFrame(c, session), user: c.var.subject, token: csrfToken(session) };
}
