import type { AdapterUnderTest } from "@coatcheck/testing";

/** The part of Deno that these tests use. Deno's own types conflict with those of the other runtimes. */
declare const Deno: {
  serve(
    options: {
      hostname: string;
      port: number;
      onListen(address: { port: number }): void;
      onError(error: unknown): Response;
    },
    handler: (request: Request, info: ServeInfo) => Promise<Response>,
  ): { shutdown(): Promise<void>; readonly addr: { readonly port: number } };
  upgradeWebSocket(request: Request): { socket: WebSocket; response: Response };
};

/** The second argument of a handler of `Deno.serve`. */
export interface ServeInfo {
  readonly remoteAddr: { readonly hostname: string };
}

/** Listens on a free loopback port. */
export function serve(
  handler: (request: Request, info: ServeInfo) => Promise<Response>,
): Required<Pick<AdapterUnderTest, "origin" | "close">> {
  const onError = (error: unknown): Response => new Response(`answered by the server: ${error}`, { status: 500 });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {}, onError }, handler);
  return { origin: `http://localhost:${server.addr.port}`, close: () => server.shutdown() };
}

export const upgradeWebSocket = (request: Request): { socket: WebSocket; response: Response } =>
  Deno.upgradeWebSocket(request);
