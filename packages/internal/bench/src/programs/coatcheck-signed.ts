import { SessionManager, signedCookie } from "@coatcheck/core";
import { type Data, fill, type Program, SECRET } from "./program.ts";

const sessions = new SessionManager<Data>({ mode: signedCookie({ secrets: SECRET }) });

const program: Program = {
  fetch: sessions.wrap(async (request, pending) => {
    const session = await pending;
    if (request.url.endsWith("/fill")) fill(session);
    return new Response(session.get("user") ?? "anonymous");
  }),
};
export default program;
