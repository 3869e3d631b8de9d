import { type SessionData, type SessionEnv, useSession } from "@hono/session";
import { Hono } from "hono";
import { DATA, type Data, type Program, SECRET } from "./program.ts";

const program: Program = new Hono<SessionEnv<Data & SessionData>>()
  .use(useSession<Data & SessionData>({ secret: SECRET.slice(0, 32) }))
  .get("/fill", async (c) => {
    await c.var.session.update({ ...DATA });
    return c.text("filled");
  })
  .get("/*", async (c) => c.text((await c.var.session.get())?.user ?? "anonymous"));

export default program;
