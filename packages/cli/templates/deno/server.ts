import { encryptedCookie, SessionManager } from "@coatcheck/core";
import { withSessions } from "@coatcheck/deno";

const secret = Deno.env.get("SESSION_SECRET");
if (!secret) {
  throw new Error(
    "SESSION_SECRET is not set. deno task start reads it from .env; on a server, set it in the environment.",
  );
}

/** The types of the session's data and of its flash messages. The session is in an encrypted cookie, so no store is needed. */
const sessions = new SessionManager<{ visits: number }, { notice: string }>({
  mode: encryptedCookie({ secrets: secret }),
});

export default withSessions(sessions, async (request, pending) => {
  switch (`${request.method} ${new URL(request.url).pathname}`) {
    case "GET /": {
      const session = await pending;
      const visits = session.update("visits", (count = 0) => count + 1);
      return page(`<p>${session.flashed("notice") ?? ""}</p>
<h1>Visit number ${visits}</h1>
<form method="post" action="/forget"><button>Forget me</button></form>`);
    }
    case "POST /forget": {
      const session = await pending;
      session.destroy();
      session.flash("notice", "You are forgotten.");
      return new Response(null, { status: 303, headers: { Location: "/" } });
    }
    default:
      return new Response("Not found", { status: 404 });
  }
});

/** Escape everything that comes from a user before you pass it to this function. */
function page(body: string): Response {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sessions</title>${body}`;
  return new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8" } });
}
