import { createCookieSessionStorage } from "react-router";
import { type Data, fill, type Program, SECRET } from "./program.ts";

const { getSession, commitSession } = createCookieSessionStorage<Data>({
  cookie: { name: "session", secrets: [SECRET], httpOnly: true, secure: true, sameSite: "lax" },
});

const program: Program = {
  async fetch(request) {
    const session = await getSession(request.headers.get("Cookie"));
    if (!request.url.endsWith("/fill")) return new Response(session.get("user") ?? "anonymous");
    fill(session);
    return new Response("filled", { headers: { "Set-Cookie": await commitSession(session) } });
  },
};
export default program;
