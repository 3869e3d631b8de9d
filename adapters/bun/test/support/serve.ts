import type { AdapterUnderTest } from "@coatcheck/testing";
import type { BunServer } from "../../src/index.ts";

/** The part of Bun's server that these tests use. Bun's own types conflict with those of the other runtimes. */
export interface Server extends BunServer {
  readonly port: number;
  requestIP(request: Request): { readonly address: string } | null;
  stop(closeActiveConnections: boolean): Promise<void>;
}

type Handler = (request: Request, server: Server) => Promise<Response>;

interface ServeOptions {
  readonly fetch?: Handler;
  readonly routes?: Readonly<Record<string, Handler | Response | Readonly<Record<string, Handler>>>>;
  readonly websocket?: { message(socket: { send(text: string): void; readonly data: unknown }, text: string): void };
}

declare const Bun: {
  serve(options: ServeOptions & { hostname: string; port: number; error(error: unknown): Response }): Server;
};

/** Listens on a free loopback port. */
export function serve(
  options: ServeOptions,
): Required<Pick<AdapterUnderTest, "origin" | "close">> & { server: Server } {
  const error = (reason: unknown): Response => new Response(`answered by the server: ${reason}`, { status: 500 });
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, error, ...options });
  return { server, origin: `http://localhost:${server.port}`, close: () => server.stop(true) };
}
