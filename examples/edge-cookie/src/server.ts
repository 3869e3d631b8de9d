import process from "node:process";
import { encryptedCookie, SessionManager } from "@coatcheck/core";

const secret = process.env["SESSION_SECRET"];
if (!secret) {
  throw new Error(
    `SESSION_SECRET is not set. Make one: node -p "crypto.randomBytes(32).toString('hex')", and hand it to the program: ` +
      "in .dev.vars for wrangler dev, by wrangler secret put for Workers, in the environment for Deno and Bun.",
  );
}

/** The session is in its cookie, encrypted: there is no storage, and 4 kB of room. */
const sessions = new SessionManager<{ theme: "light" | "dark"; visits: number }>({
  mode: encryptedCookie({ secrets: secret }),
});

/** What Workers, `deno serve` and Bun all take. */
export default {
  fetch: sessions.wrap(async (request: Request, pending): Promise<Response> => {
    switch (`${request.method} ${new URL(request.url).pathname}`) {
      case "GET /": {
        const session = await pending;
        const visits = session.update("visits", (count = 0) => count + 1);
        return Response.json({ visits, theme: session.get("theme") ?? "light" });
      }
      case "POST /theme": {
        const form = await request.formData();
        const session = await pending;
        session.set("theme", form.get("theme") === "dark" ? "dark" : "light");
        return new Response(null, { status: 303, headers: { location: "/" } });
      }
      case "POST /forget": {
        const session = await pending;
        session.destroy();
        return new Response("Forgotten");
      }
      default:
        return new Response("Not found", { status: 404 });
    }
  }),
};
