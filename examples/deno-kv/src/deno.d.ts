// The part of Deno's types that this example uses. The real ones, which Deno includes, conflict with the types of other
// runtimes in this repository. Do not copy this file.
declare const Deno: {
  openKv(path?: string): Promise<import("@coatcheck/stores/deno-kv").DenoKv>;
  upgradeWebSocket(request: Request): { readonly socket: WebSocket; readonly response: Response };
};

declare namespace Deno {
  interface ServeDefaultExport {
    fetch(request: Request, info: ServeHandlerInfo): Response | Promise<Response>;
  }
  interface ServeHandlerInfo {
    readonly remoteAddr: { readonly hostname: string };
  }
}
