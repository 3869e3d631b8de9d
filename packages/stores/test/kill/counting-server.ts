// A server of the kill test, in a process of its own. Arguments: the engine, its URL or file, the port.
import { SessionManager, serverSide } from "@coatcheck/core";
import { type EngineName, openStore } from "@coatcheck/engines/open-store";
import { serve } from "@hono/node-server";

const [engine = "", url = "", port = ""] = process.argv.slice(2);
const { store } = await openStore(engine as EngineName, url);
const sessions = new SessionManager<Record<string, number>>({ mode: serverSide(store) });

const fetch = sessions.wrap(async (request, pending) => {
  const { pathname, searchParams } = new URL(request.url);
  const session = await pending;
  if (pathname === "/login") session.bind(searchParams.get("as") ?? "");
  if (pathname === "/count") {
    session.update("count", (count = 0) => count + 1);
    session.set(searchParams.get("client") ?? "", Number(searchParams.get("step")));
  }
  return Response.json({ subject: session.subject, ...Object.fromEntries(session.entries()) });
});

serve({ fetch, port: Number(port), hostname: "127.0.0.1" }, () => process.stdout.write("listening\n"));
