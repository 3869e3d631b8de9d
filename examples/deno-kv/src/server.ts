import { SessionManager, serverSide } from "@coatcheck/core";
import { withSessions } from "@coatcheck/deno";
import { denoKvStore } from "@coatcheck/stores/deno-kv";

const sessions = new SessionManager<{ sent: number }>({ mode: serverSide(denoKvStore(await Deno.openKv())) });

/** The open connections of the chat. */
const sockets = new Set<WebSocket>();

const chat: Deno.ServeDefaultExport = withSessions(sessions, async (request, pending) => {
  const { pathname, origin } = new URL(request.url);
  const session = await pending;
  const user = session.subject;
  switch (`${request.method} ${pathname}`) {
    case "GET /":
      return Response.json({ user: user ?? null, sent: session.get("sent") ?? 0 });
    case "POST /login": {
      const name = (await request.formData()).get("user");
      // Check a password here.
      if (typeof name !== "string" || name === "") return new Response("Who are you?", { status: 401 });
      session.bind(name);
      return goHome();
    }
    case "POST /messages": {
      if (user === undefined) return new Response("Log in first", { status: 401 });
      session.update("sent", (count = 0) => count + 1);
      // A body that is not JSON throws here: the response is a 500, and `sent` is not stored.
      const { text } = await request.json();
      for (const socket of sockets) socket.send(`${user}: ${text}`);
      return goHome();
    }
    case "GET /socket": {
      if (user === undefined) return new Response("Log in first", { status: 401 });
      // Browsers send cookies with a WebSocket from any page of the same site, including other subdomains.
      if (request.headers.get("Origin") !== origin) return new Response("Wrong origin", { status: 403 });
      if (request.headers.get("Upgrade") !== "websocket")
        return new Response("Open this as a WebSocket", { status: 426 });
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => {
        sockets.add(socket);
        socket.send(`Hello, ${user}`);
      };
      socket.onclose = () => sockets.delete(socket);
      return response;
    }
    case "POST /logout":
      session.destroy();
      return goHome();
    default:
      return new Response("Not found", { status: 404 });
  }
});

function goHome(): Response {
  return new Response(null, { status: 303, headers: { Location: "/" } });
}

export default chat;
