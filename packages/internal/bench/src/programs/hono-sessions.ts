import { Hono } from "hono";
import { CookieStore, type Session, sessionMiddleware } from "hono-sessions";
import { type Data, fill, type Program, SECRET } from "./program.ts";

const program: Program = new Hono<{ Variables: { session: Session<Data> } }>()
  .use(sessionMiddleware({ store: new CookieStore(), encryptionKey: SECRET, cookieOptions: { httpOnly: true } }))
  .get("/fill", (c) => {
    fill(c.get("session"));
    return c.text("filled");
  })
  .get("/*", (c) => c.text(c.get("session").get("user") ?? "anonymous"));

export default program;
