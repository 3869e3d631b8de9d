import { env } from "cloudflare:workers";
import { SessionManager, serverSide } from "@coatcheck/core";
import { durableObjectStore } from "@coatcheck/stores/durable-object";
import { withSessions } from "@coatcheck/workers";

// The worker must export the class that wrangler.jsonc names.
export { SessionObject } from "@coatcheck/stores/durable-object";

/** Created here and not by `withSessions((env) => …)`, because the handler uses it to list and revoke sessions. */
const sessions = new SessionManager<{ items: number }>({ mode: serverSide(durableObjectStore(env.SESSION_OBJECTS)) });

export default withSessions(sessions, async (request, pending) => {
  switch (`${request.method} ${new URL(request.url).pathname}`) {
    case "GET /": {
      const session = await pending;
      const devices = session.subject === undefined ? 0 : (await sessions.list(session.subject)).length;
      return Response.json({ user: session.subject ?? null, items: session.get("items") ?? 0, devices });
    }
    case "POST /cart": {
      const session = await pending;
      // Runs again on the newer value when another request was faster, so no item is lost.
      session.update("items", (items = 0) => items + 1);
      return seeOther("/");
    }
    case "POST /login": {
      const form = await request.formData();
      const user = String(form.get("user"));
      if (!isUser(user, String(form.get("password")))) return new Response("Wrong user or password", { status: 401 });
      const session = await pending;
      session.bind(user);
      return seeOther("/");
    }
    case "POST /logout": {
      const session = await pending;
      session.destroy();
      return seeOther("/");
    }
    case "POST /logout-everywhere": {
      const session = await pending;
      if (session.subject !== undefined) await sessions.revokeAll(session.subject);
      session.destroy();
      return seeOther("/");
    }
    default:
      return new Response("Not found", { status: 404 });
  }
});

/** The demo users. Real users are in a database, with hashed passwords. */
function isUser(user: string, password: string): boolean {
  return (user === "eve" || user === "adam") && password === "secure123";
}

function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location } });
}
