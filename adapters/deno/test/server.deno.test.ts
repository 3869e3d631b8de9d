import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { faultyStore } from "@coatcheck/testing";
import { expect, it } from "vitest";
import { withSessions } from "../src/index.ts";
import { type ServeInfo, serve, upgradeWebSocket } from "./support/serve.ts";

it("SEC-42 withSessions reports a commit that fails during a WebSocket upgrade, and the server keeps running", async () => {
  const store = faultyStore(memoryStore());
  const errors: unknown[] = [];
  const sessions = new SessionManager<{ count: number }>({ mode: serverSide(store) });
  const app = withSessions(
    sessions,
    async (request, pending) => {
      const isUpgrade = request.headers.get("Upgrade") === "websocket";
      // The session is awaited after the upgrade, when the headers of the request are no longer readable.
      const upgraded = isUpgrade ? upgradeWebSocket(request) : undefined;
      const session = await pending;
      session.update("count", (count = 0) => count + 1);
      if (upgraded === undefined) return new Response("counted");
      upgraded.socket.onopen = () => upgraded.socket.send(`${session.get("count")}`);
      return upgraded.response;
    },
    { onError: (error) => errors.push(error) },
  );
  const { origin, close } = serve(app.fetch);
  const cookie = (await fetch(origin)).headers.getSetCookie()[0]?.split(";")[0] ?? "";
  store.failNext("update", "throw-before");
  const socket = new WebSocket(origin.replace("http", "ws"), { headers: { cookie } } as never);
  expect(
    await new Promise<unknown>((resolve, reject) => {
      socket.onmessage = ({ data }) => resolve(data);
      socket.onerror = () => reject(new Error("no WebSocket"));
    }),
  ).toBe("2");
  expect(errors).toEqual([expect.objectContaining({ code: "STORE_FAILED" })]);
  expect(await (await fetch(origin, { headers: { cookie } })).text()).toBe("counted");
  const closed = new Promise((resolve) => {
    socket.onclose = resolve;
  });
  socket.close();
  await closed;
  await close?.();
});

it("withSessions opens a WebSocket with the session of its visitor and passes the client's address on", async () => {
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
