import { SessionManager, serverSide } from "@coatcheck/core";
import { upstashStore } from "@coatcheck/stores/upstash";
import { Redis } from "@upstash/redis";

// Reads UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN.
const sessions = new SessionManager<{ votes: number }>({ mode: serverSide(upstashStore(Redis.fromEnv())) });

/** Counts the votes of a user. It is a fetch function, so it runs in every runtime that serves one. */
export const fetch: (request: Request) => Promise<Response> = sessions.wrap(async (request, pending) => {
  const session = await pending;
  switch (`${request.method} ${new URL(request.url).pathname}`) {
    case "GET /":
      return Response.json({ user: session.subject ?? null, votes: session.get("votes") ?? 0 });
    case "POST /login": {
      const user = (await request.formData()).get("user");
      // Check a password here.
      if (typeof user !== "string" || user === "") return new Response("Who are you?", { status: 401 });
      session.bind(user);
      return goHome();
    }
    case "POST /votes": {
      const votes = session.update("votes", (count = 0) => count + 1);
      // An error becomes a 500, and this vote is not stored.
      if (votes > MAX_VOTES) throw new Error("The ballot box is full.");
      return goHome();
    }
    case "POST /logout":
      session.destroy();
      return goHome();
    default:
      return new Response("Not found", { status: 404 });
  }
});

const MAX_VOTES = 20;

function goHome(): Response {
  return new Response(null, { status: 303, headers: { Location: "/" } });
}
