import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { expect, it } from "vitest";
import { withSessions } from "../src/index.ts";

/** The part of workerd that this test uses. */
declare const WebSocketPair: new () => Record<0 | 1, WebSocket & { accept(): void }>;

it("withSessions opens a WebSocket with the session of its visitor", async () => {
  const sessions = new SessionManager({ mode: serverSide(memoryStore()) });
  const context = { waitUntil() {}, passThroughOnException() {} };
  const worker = withSessions(sessions, async (request, pending) => {
    const session = await pending;
    if (request.headers.get("Upgrade") !== "websocket") {
      session.bind("eve");
      return new Response("logged in");
    }
    const { 0: client, 1: server } = new WebSocketPair();
    server.accept();
    server.send(`hello ${session.subject}`);
    return new Response(null, { status: 101, webSocket: client } as ResponseInit);
  });
  const login = await worker.fetch(new Request("https://localhost/"), {}, context);
  const cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const upgrade = new Request("https://localhost/", { headers: { cookie, Upgrade: "websocket" } });
  const response = (await worker.fetch(upgrade, {}, context)) as Response & {
    readonly webSocket?: WebSocket & { accept(): void };
  };
  expect(response.status).toBe(101);
  const { webSocket } = response;
  const message = new Promise<unknown>((resolve) => {
    webSocket?.addEventListener("message", ({ data }) => resolve(data));
  });
  webSocket?.accept();
  expect(await message).toBe("hello eve");
});
