import { session } from "@coatcheck/hono";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { cookieNames, type Shop, shop } from "./support/shop.ts";

/** The API for upgrades in workerd. */
interface Workerd {
  readonly WebSocketPair: new () => { readonly 0: WebSocket; readonly 1: WebSocket & { accept(): void } };
}

/** The API for upgrades in Deno. */
interface Deno {
  upgradeWebSocket(request: Request): { readonly response: Response; readonly socket: WebSocket };
  serve(
    options: { port: number; hostname: string; onListen(): void },
    handler: (request: Request) => Response | Promise<Response>,
  ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
}

const { WebSocketPair } = globalThis as Partial<Workerd>;
const { Deno } = globalThis as { Deno?: Deno };

/** An application that answers /socket with the runtime's upgrade. With `?add` it writes to the session first. */
function upgrading({ sessions }: Shop, upgrade: (request: Request) => Response) {
  return new Hono()
    .use(session(sessions))
    .get("/add", async (c) => c.json((await c.var.session).update("cart", (cart = []) => [...cart, "book"])))
    .get("/socket", async (c) => {
      const session = await c.var.session;
      if (c.req.query("add") !== undefined) session.update("cart", (cart = []) => [...cart, "pen"]);
      return upgrade(c.req.raw);
    });
}

describe("session, with a WebSocket upgrade", () => {
  it("returns a 101 unchanged and drops the write of a new visitor, because a 101 cannot carry a cookie", async () => {
    // Node and workerd cannot construct a response with status 101 without an upgrade.
    const upgraded = Object.defineProperty(new Response(null), "status", { value: 101 });
    const setup = shop();
    const client = setup.visit(upgrading(setup, () => upgraded));
    expect(await client.fetch("/socket?add")).toBe(upgraded);
    expect(upgraded.headers.get("Vary")).toBeNull();
    expect(cookieNames(upgraded)).toEqual([]);
    expect(setup.events).toEqual([{ type: "write-dropped", id: undefined, reason: "undeliverable" }]);
  });

  if (WebSocketPair !== undefined) {
    const accept = () => {
      const pair = new WebSocketPair();
      pair[1].accept();
      pair[1].addEventListener("message", ({ data }) => pair[1].send(`echo of ${data}`));
      return new Response(null, { status: 101, webSocket: pair[0] } as ResponseInit);
    };

    it("returns a 101 of workerd unchanged and stores the write of a known visitor", async () => {
      const setup = shop();
      let upgraded: Response | undefined;
      const client = setup.visit(
        upgrading(setup, () => {
          upgraded = accept();
          return upgraded;
        }),
      );
      await client.fetch("/add");
      const response = await client.fetch("/socket?add");
      expect(response).toBe(upgraded);
      expect(response.status).toBe(101);
      expect(cookieNames(response)).toEqual([]);
      expect(await setup.cartOf(client)).toEqual(["book", "pen"]);

      const { webSocket } = response as Response & { readonly webSocket: WebSocket & { accept(): void } };
      webSocket.accept();
      expect(await answerOf(webSocket)).toBe("echo of hello");
    });
  }

  if (Deno !== undefined) {
    it("returns a 101 of Deno unchanged and stores the write of a known visitor", async () => {
      const setup = shop();
      const app = upgrading(setup, (request) => {
        const { response, socket } = Deno.upgradeWebSocket(request);
        socket.addEventListener("message", ({ data }) => socket.send(`echo of ${data}`));
        return response;
      });
      const client = setup.visit(app);
      await client.fetch("/add");
      const headers = { Cookie: await client.cookieHeader() };
      const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) =>
        app.fetch(request),
      );
      try {
        const url = `ws://127.0.0.1:${server.addr.port}/socket?add`;
        const socket = new (WebSocket as unknown as new (url: string, options: object) => WebSocket)(url, { headers });
        await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
        expect(await answerOf(socket)).toBe("echo of hello");
      } finally {
        await server.shutdown();
      }
      expect(await setup.cartOf(client)).toEqual(["book", "pen"]);
    });
  }
});

/** Sends a message, waits for the answer, and closes the connection. */
async function answerOf(socket: WebSocket): Promise<unknown> {
  const answer = new Promise((resolve) => {
    socket.addEventListener("message", ({ data }) => resolve(data), { once: true });
  });
  socket.send("hello");
  const data = await answer;
  socket.close();
  return data;
}
