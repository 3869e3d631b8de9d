import { SessionManager, type SessionStore, type SubjectIndex, type Sweeper, serverSide } from "@coatcheck/core";
import { d1Database } from "@coatcheck/stores/d1";
import { sqlStore } from "@coatcheck/stores/sql";
import { scheduledSweep, withSessions } from "@coatcheck/workers";
import { Kysely } from "kysely";
import { D1Dialect, type D1DialectConfig } from "kysely-d1";

/** The bindings of wrangler.jsonc. */
interface Env {
  readonly DB: D1DialectConfig["database"];
}

function storeOf(env: Env): SessionStore & SubjectIndex & Sweeper {
  return sqlStore(new Kysely<unknown>({ dialect: new D1Dialect({ database: d1Database(env.DB) }) }));
}

const { fetch } = withSessions(
  (env: Env) => new SessionManager<{ visits: number; page: string }>({ mode: serverSide(storeOf(env)) }),
  async (request, pending) => {
    switch (`${request.method} ${new URL(request.url).pathname}`) {
      case "GET /": {
        const session = await pending;
        return Response.json({ visits: session.get("visits") ?? 0, page: session.get("page") ?? null });
      }
      case "POST /visit": {
        const session = await pending;
        const page = (await request.formData()).get("page");
        if (typeof page !== "string") return new Response("Which page?", { status: 400 });
        session.set("page", page);
        // Runs again on the newer value when another request was faster, so no visit is lost.
        session.update("visits", (visits = 0) => visits + 1);
        return seeOther("/");
      }
      case "POST /leave": {
        const session = await pending;
        session.destroy();
        return seeOther("/");
      }
      default:
        return new Response("Not found", { status: 404 });
    }
  },
);

// D1 does not remove expired rows: the cron trigger in wrangler.jsonc calls this handler.
export default { fetch, scheduled: scheduledSweep(storeOf) };

function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location } });
}
