import { encryptedCookie, SessionManager } from "@coatcheck/core";
import { session } from "@coatcheck/hono";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { html } from "hono/html";

const { SESSION_SECRET, HOST = "localhost", PORT = "3000" } = process.env;
if (!SESSION_SECRET) {
  throw new Error("SESSION_SECRET is not set. npm start reads it from .env; on a server, set it in the environment.");
}

/** The types of the session's data and of its flash messages. The session is in an encrypted cookie, so no store is needed. */
const sessions = new SessionManager<{ visits: number }, { notice: string }>({
  mode: encryptedCookie({ secrets: SESSION_SECRET }),
});

const app = new Hono()
  .use(session(sessions))
  .get("/", async (c) => {
    const session = await c.var.session;
    const visits = session.update("visits", (count = 0) => count + 1);
    return c.html(html`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Sessions</title>
<p>${session.flashed("notice") ?? ""}</p>
<h1>Visit number ${visits}</h1>
<form method="post" action="/forget"><button>Forget me</button></form>`);
  })
  .post("/forget", async (c) => {
    const session = await c.var.session;
    session.destroy();
    session.flash("notice", "You are forgotten.");
    return c.redirect("/", 303);
  });

serve({ fetch: app.fetch, hostname: HOST, port: Number(PORT) }, ({ port }) => {
  console.log(`Listening on http://localhost:${port}`);
});
