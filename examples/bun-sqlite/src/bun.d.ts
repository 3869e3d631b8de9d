// The part of `@types/bun` that this example uses. The package itself conflicts with the types of other runtimes in
// this repository. When you copy the example, install the package instead.
declare namespace Bun {
  const env: Readonly<Record<string, string | undefined>>;
  function serve<Data>(options: ServeOptions<Data>): { readonly port: number };

  type Handler = (request: never, server: Server) => Response | Promise<Response>;
  interface ServeOptions<Data> {
    readonly hostname?: string;
    readonly port?: string | number;
    readonly routes?: Readonly<Record<string, Response | Handler | Readonly<Record<string, Handler>>>>;
    readonly fetch?: (request: Request, server: Server) => Response | Promise<Response>;
    readonly websocket?: { message(socket: ServerWebSocket<Data>, message: string): void };
    readonly error?: (error: Error) => Response;
  }
  interface BunRequest<Path extends string> extends Request {
    readonly params: Path extends `${string}/:${infer Name}` ? Readonly<Record<Name, string>> : object;
  }
  interface Server {
    upgrade(request: Request, options?: { data?: unknown }): boolean;
  }
  interface ServerWebSocket<Data> {
    readonly data: Data;
    send(text: string): number;
  }
}

declare module "bun:sqlite" {
  export class Database {
    constructor(file: string);
    run(sql: string): void;
    close(): void;
    prepare(sql: string): import("@coatcheck/stores/sqlite").SqliteClientStatement;
  }
}
