import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import expressSession, { MemoryStore, type SessionData } from "express-session";
import type { Answer, ComparedRequest, Library, Setup } from "../library.ts";

interface Incoming extends IncomingMessage {
  session: Record<string, unknown> & { destroy(done: () => void): void };
}

type Middleware = (request: Incoming, response: ServerResponse, next: (error?: unknown) => void) => void;

/** With `resave` and `saveUninitialized` off, as its README recommends. */
export const expressSessionLibrary: Library = {
  name: "express-session",
  acceptsStore: true,
  acceptsSeveralSecrets: true,
  start(setup) {
    const store = new ObservedStore(setup);
    const { secrets, maxAge } = setup;
    const cookie = maxAge === undefined ? {} : { cookie: { maxAge: maxAge * 1000 } };
    const options = { secret: [...secrets], store, resave: false, saveUninitialized: false, ...cookie };
    const middleware = expressSession(options) as unknown as Middleware;
    return { handle: (request) => drive(middleware, request), countRows: () => store.keys.size };
  },
};

class ObservedStore extends MemoryStore {
  readonly keys: Set<string> = new Set<string>();
  readonly #beforeWrite: () => void;

  constructor({ beforeWrite = () => undefined }: Setup) {
    super();
    this.#beforeWrite = beforeWrite;
  }

  override set(sid: string, session: SessionData, callback?: (error?: unknown) => void): void {
    try {
      this.#beforeWrite();
    } catch (error) {
      callback?.(error);
      return;
    }
    this.keys.add(sid);
    super.set(sid, session, callback);
  }
}

/** Runs the middleware on Node's own messages, without a connection. Errors after the answer are ignored. */
function drive(middleware: Middleware, { cookie, act }: ComparedRequest): Promise<Answer> {
  return new Promise((resolve) => {
    const request = new IncomingMessage(new Socket()) as Incoming;
    Object.assign(request, { method: "GET", url: "/", headers: { cookie } });
    const response = new ServerResponse<IncomingMessage>(request);
    response.end = function end(): ServerResponse {
      if (!response.headersSent) response.writeHead(response.statusCode);
      const pairs = Object.entries(response.getHeaders());
      const lines = pairs.flatMap(([name, value]) =>
        [value].flat().map((one) => [name, String(one)] as [string, string]),
      );
      resolve({ status: response.statusCode, headers: new Headers(lines) });
      return response;
    };
    middleware(request, response, (error) => {
      if (error !== undefined && error !== null) response.statusCode = 500;
      const { session } = request;
      const comparedSession = {
        get: (key: string) => session[key],
        set(key: string, value: unknown) {
          session[key] = value;
        },
        end: () => new Promise<void>((done) => session.destroy(done)),
      };
      Promise.resolve(response.statusCode === 500 ? undefined : act(comparedSession)).then(
        () => response.end("ok"),
        () => response.writeHead(500).end(),
      );
    });
  });
}
