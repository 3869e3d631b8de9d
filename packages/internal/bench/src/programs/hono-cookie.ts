import { Hono } from "hono";
import { getSignedCookie, setSignedCookie } from "hono/cookie";
import { DATA, type Program, SECRET } from "./program.ts";

const program: Program = new Hono()
  .get("/fill", async (c) => {
    await setSignedCookie(c, "session", JSON.stringify(DATA), SECRET, { httpOnly: true, sameSite: "Lax" });
    return c.text("filled");
  })
  .get("/*", async (c) => {
    const json = await getSignedCookie(c, SECRET, "session");
    return c.text(json ? JSON.parse(json).user : "anonymous");
  });

export default program;
