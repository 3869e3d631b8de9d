import { SessionManager, serverSide } from "@coatcheck/core";
import { cloudflareKVStore, type KVNamespaceClient } from "@coatcheck/stores/kv";
import { withSessions } from "@coatcheck/workers";

/** The bindings of wrangler.jsonc. */
interface Env {
  readonly SESSIONS: KVNamespaceClient;
}

/** The session data. */
interface Preferences {
  theme: "light" | "dark";
  cart: string[];
}

export default withSessions(
  (env: Env) => new SessionManager<Preferences>({ mode: serverSide(cloudflareKVStore(env.SESSIONS)) }),
  async (request, pending) => {
    switch (`${request.method} ${new URL(request.url).pathname}`) {
      case "GET /": {
        const session = await pending;
        return Response.json({ theme: session.get("theme") ?? "light", cart: session.get("cart") ?? [] });
      }
      case "POST /theme": {
        const form = await request.formData();
        const session = await pending;
        session.set("theme", form.get("theme") === "dark" ? "dark" : "light");
        return seeOther("/");
      }
      case "POST /cart": {
        const item = (await request.formData()).get("item");
        if (typeof item !== "string" || item === "") return new Response("Which item?", { status: 400 });
        const session = await pending;
        session.update("cart", (cart = []) => [...cart, item]);
        return seeOther("/");
      }
      default:
        // The session was not awaited: nothing was read from KV, and the response is returned unchanged.
        return new Response("Not found", { status: 404 });
    }
  },
);

function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location } });
}
