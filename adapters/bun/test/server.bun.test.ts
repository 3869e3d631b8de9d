import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { browser } from "@coatcheck/testing";
import { expect, it } from "vitest";
import { withSessions } from "../src/index.ts";
import { type Server, serve } from "./support/serve.ts";

const sessions = new SessionManager<{ seen: string[] }>({ mode: serverSide(memoryStore()) });

it("withSessions works in routes, beside static responses, with route parameters and the server", async () => {
  const seen = withSessions(
    sessions,
    async (request: Request & { readonly params: { readonly item: string } }, pending, server: Server) => {
      const session = await pending;
      session.update("seen", (items = []) => [...items, request.params.item]);
      return Response.json([session.get("seen"), server.requestIP(request)?.address]);
    },
  );
  const { origin, close } = serve({
    routes: {
      "/seen/:item": seen.fetch as never,
      "/static": new Response("static"),
      "/post": { POST: seen.fetch as never },
    },
    fetch: withSessions(sessions, () => new Response("elsewhere", { status: 404 })).fetch,
  });
  const client = browser({ ...(origin !== undefined && { origin }) });
  await client.fetch("/seen/book");
  expect(await (await client.fetch("/seen/pen")).json()).toEqual([["book", "pen"], "127.0.0.1"]);
  const untouched = await client.fetch("/static");
  expect([await untouched.text(), untouched.headers.get("Vary")]).toEqual(["static", null]);
  expect((await client.fetch("/none")).status).toBe(404);
  await close?.();
});

it("withSessions notices an upgrade through another reference to the server, and works without a server", async () => {
  const held: { server?: Server } = {};
  const { fetch: handle } = withSessions(sessions, async (request, pending, server) => {
    const session = await pending;
    expect(server === undefined || server === held.server).toBe(true);
    if (request.headers.get("Upgrade") === "websocket") {
      session.set("seen", ["a socket"]);
      return held.server?.upgrade(request) ? undefined : new Response("no socket", { status: 400 });
    }
    session.update("seen", (seen = []) => [...seen, "a page"]);
    return Response.json(session.get("seen"));
  });
  const served = serve({ fetch: handle, websocket: { message: () => {} } });
  held.server = served.server;
  const page = await fetch(served.origin ?? "");
  const cookie = page.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const socket = new WebSocket((served.origin ?? "").replace("http", "ws"), { headers: { cookie } } as never);
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error("no WebSocket"));
  });
  socket.close();
  const alone = await handle(new Request("https://localhost/", { headers: { cookie } }), undefined as never);
  expect(await alone.json()).toEqual(["a socket", "a page"]);
  await served.close?.();
});

it("withSessions opens a WebSocket with the session of its visitor and stores what was written", async () => {
  const { fetch: handle } = withSessions(sessions, async (request, pending, server) => {
    const session = await pending;
    if (request.headers.get("Upgrade") !== "websocket") {
      if (session.subject === undefined) session.bind("eve");
      return Response.json(session.get("seen") ?? null);
    }
    session.set("seen", ["a socket"]);
    return server.upgrade(request, { data: session.subject }) ? undefined : new Response("no socket", { status: 400 });
  });
  const { origin, close } = serve({
    fetch: handle,
    websocket: { message: (socket, text) => socket.send(`${text} ${socket.data}`) },
  });
  const login = await fetch(origin ?? "");
  const cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const socket = new WebSocket((origin ?? "").replace("http", "ws"), { headers: { cookie } } as never);
  const message = await new Promise<unknown>((resolve, reject) => {
    socket.onopen = () => socket.send("hello");
    socket.onmessage = ({ data }) => resolve(data);
    socket.onerror = () => reject(new Error("no WebSocket"));
  });
  expect(message).toBe("hello eve");
  socket.close();
  expect(await (await fetch(origin ?? "", { headers: { cookie } })).json()).toEqual(["a socket"]);
  await close?.();
});
