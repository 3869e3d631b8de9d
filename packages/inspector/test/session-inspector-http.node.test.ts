import { once } from "node:events";
import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { sessionInspector } from "@coatcheck/inspector";
import { browser } from "@coatcheck/testing";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verdictIn } from "./support/page-text.ts";

let server: ReturnType<typeof serve>;
let origin = "";

beforeAll(async () => {
  const options = { mode: serverSide(memoryStore()) };
  const inspector = sessionInspector(options);
  const sessions = new SessionManager({ ...options, onEvent: inspector.onEvent });
  const app = new Hono()
    .get("/inspector", (c) => inspector.fetch(c.req.raw))
    .all("/:act", (c) =>
      sessions.handle(c.req.raw, async (pending) => {
        const session = await pending;
        if (c.req.param("act") === "login") session.bind("eve");
        else session.regenerate();
        return c.text("done");
      }),
    );
  server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  origin = `http://localhost:${address.port}`;
});

afterAll(async () => {
  const closed = once(server, "close");
  server.close();
  (server as { closeAllConnections?(): void }).closeAllConnections?.();
  await closed;
});

describe("sessionInspector in a Hono app, over HTTP", () => {
  it("shows the session, and its events as they happen", async () => {
    const client = browser({ origin });
    await client.fetch("/login");
    const page = await (await client.fetch("/inspector")).text();
    expect(verdictIn(page)).toBe("accepted");

    const response = await client.fetch("/inspector?events");
    const reader = (response.body as ReadableStream<BufferSource>).pipeThrough(new TextDecoderStream()).getReader();
    let text = (await reader.read()).value ?? "";
    expect(text).toContain('"type":"created"');
    await client.fetch("/renew");
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) text += chunk.value;
    expect(text).toContain('"type":"regenerated"');
  });

  it("denies access to a request from a proxy or for another host", async () => {
    const port = new URL(origin).port;
    const { status } = await fetch(`${origin}/inspector`, { headers: { "X-Forwarded-For": "10.0.0.7" } });
    expect(status).toBe(403);
    // fetch cannot send another Host header.
    const { request } = await import("node:http");
    const outgoing = request({ port, host: "127.0.0.1", path: "/inspector", headers: { Host: "shop.example" } }).end();
    const [answer] = await once(outgoing, "response");
    answer.resume();
    expect(answer.statusCode).toBe(403);
  });
});
