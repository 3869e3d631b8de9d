// Of Deno's own types, as much as this example uses: the real ones, which Deno brings along, would clash with those of
// the other runtimes in this repository. Leave it out when you copy.
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
