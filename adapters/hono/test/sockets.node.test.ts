import { once } from "node:events";
import { session } from "@coatcheck/hono";
import { type AdapterUnderTest, adapterConformance, type Fetch } from "@coatcheck/testing";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { describe, it } from "vitest";

adapterConformance(
  { describe, it },
  {
    name: "hono on Node, over sockets",
    serve: (sessions, program) =>
      listen(new Hono().use(session(sessions)).all("*", (c) => program(c.req.raw, c.var.session)).fetch),
  },
);

adapterConformance(
  { describe, it },
  {
    name: "the bare core on Node, over sockets",
    serve: (sessions, program) => listen(sessions.wrap((request: Request, pending) => program(request, pending))),
  },
);

async function listen(fetch: Fetch | Hono["fetch"]): Promise<AdapterUnderTest> {
  const server = serve({ fetch: fetch as Fetch, port: 0, hostname: "127.0.0.1" });
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    origin: `http://localhost:${address.port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      (server as { closeAllConnections?(): void }).closeAllConnections?.();
      await closed;
    },
  };
}
