import { encryptedCookie, SessionManager } from "@coatcheck/core";
import { session } from "@coatcheck/hono";
import { Hono } from "hono";
import { type Data, fill, type Program, SECRET } from "./program.ts";

const sessions = new SessionManager<Data>({ mode: encryptedCookie({ secrets: SECRET }) });

const program: Program = new Hono()
  .use(session(sessions))
  .get("/fill", async (c) => {
    fill(await c.var.session);
    return c.text("filled");
  })
  .get("/*", async (c) => c.text((await c.var.session).get("user") ?? "anonymous"));

export default program;
