import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { expect, it } from "vitest";
import { withSessions } from "../src/index.ts";
import { type ServeInfo, serve, upgradeWebSocket } from "./support/serve.ts";

it("withSessions lets a WebSocket through, with the session of its visitor, and knows the client's address", async () => {
  const sessions = new SessionManager({ mode: serverSide(memoryStore()) });
  const app = withSessions(sessions, async (request, pending, info: ServeInfo) => {
    const session = await pending;
    if (request.headers.get("Upgrade") !== "websocket") {
      session.bind("eve");
      return new Response(info.remoteAddr.hostname);
    }
    const { socket, response } = upgradeWebSocket(request);
    socket.onopen = () => socket.send(`hello ${session.subject}`);
    return response;
  });
  const { origin, close } = serve(app.fetch);
  const login = await fetch(origin);
  expect(await login.text()).toBe("127.0.0.1");
  const cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const options = { headers: { cookie } } as never;
  const socket = new WebSocket(origin.replace("http", "ws"), options);
  const message = await new Promise<unknown>((resolve, reject) => {
    socket.onmessage = ({ data }) => resolve(data);
    socket.onerror = () => reject(new Error("no WebSocket"));
  });
  expect(message).toBe("hello eve");
  const closed = new Promise((resolve) => {
    socket.onclose = resolve;
  });
  socket.close();
  await closed;
  await close?.();
});
