import process from "node:process";
import { encryptedCookie, SessionManager } from "@coatcheck/core";

const secret = process.env["SESSION_SECRET"];
if (!secret) {
  throw new Error(
    `SESSION_SECRET is not set. Generate a secret with node -p "crypto.randomBytes(32).toString('hex')", and set it: ` +
      "in .dev.vars for wrangler dev, with wrangler secret put for Workers, in the environment for Deno and Bun.",
  );
}

/** The session is encrypted in the cookie. It needs no storage and has room for 4 kB. */
const sessions = new SessionManager<{ theme: "light" | "dark"; visits: number }>({
  mode: encryptedCookie({ secrets: secret }),
});

/** Workers, `deno serve` and Bun all accept this export. */
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
