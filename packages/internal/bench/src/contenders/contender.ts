import type { BenchData } from "./session-data.ts";

/**
 * What a contender does in a request:
 * - `unread`: has sessions available, and does not read one
 * - `fill`: creates a session with the data of `dataOfQuery`
 * - `read`: answers with what is in the session
 * - `write`: increments a counter in the session, and saves it
 * - `login`: sets a user in the session and saves it, under a new id where there are ids
 */
export type Action = "unread" | "fill" | "read" | "write" | "login";

/** How the session of a cookie is protected. `server`: the cookie holds an id, the data is in a store. */
export type Protection = "none" | "signed" | "encrypted" | "server" | "Redis";

/** What a contender runs on. The cost of the host is included in every figure, and has a row without sessions. */
export type Host = "fetch" | "Hono" | "h3" | "Node" | "raw";

/** One request, in the forms that the hosts need. */
export interface BenchRequest {
  readonly request: Request;
  /** Path and query. */
  readonly path: string;
  /** The Cookie header. */
  readonly cookie: string;
}

/** The answer to a request, on any host. */
export interface Reply {
  readonly text: string;
  /** `Set-Cookie` headers. */
  readonly setCookies: readonly string[];
}

/** The actions that a contender supports. Each returns or resolves to a {@link Reply} or a `Response`. */
export type Application = { readonly [Name in Action]?: (request: BenchRequest) => unknown };

/** A library, or one way to use it, that is measured. */
export interface Contender {
  /** Its name in the tables. */
  readonly name: string;
  readonly protection: Protection;
  readonly host: Host;
  /** The package whose version the report lists. @default a package of this repository */
  readonly package?: string;
  /** Whether it runs in Node only. */
  readonly isNodeOnly?: true;
  /** Creates its store, if it needs one. Called once, before all rounds. */
  setUp(): Fixture | Promise<Fixture>;
}

/** A contender that was set up. */
export interface Fixture {
  /** Starts the application as after a restart: with the same secrets and store, and with empty caches. */
  start(): Application;
  /** The number of store calls since the last call of this function. Missing where they are not counted. */
  readonly countStoreCalls?: () => number;
  close?(): Promise<void>;
}

/** A handler that takes a `Request` and returns a `Response`. */
export type WebHandler = (request: Request) => Response | Promise<Response>;

type Described = { readonly [Key in "n" | "count" | "user"]?: BenchData[Key] | undefined };

/** The text of the answer to `read`, `write` and `login`; `none` when there is no session. */
export function describeData(data: Described | null | undefined): string {
  return data?.n === undefined ? "none" : `${data.n}/${data.count ?? 0}/${data.user ?? "anonymous"}`;
}

/** An application with a handler for each action. */
export function webApplication(handlers: { readonly [Name in Action]?: WebHandler }): Application {
  const entries = Object.entries(handlers).map(([action, handler]) => [
    action,
    ({ request }: BenchRequest) => handler(request),
  ]);
  return Object.fromEntries(entries);
}

/** An application with one fetch function that routes by the path. */
export function routedApplication(fetch: WebHandler, without: readonly Action[] = []): Application {
  const actions: readonly Action[] = ["unread", "fill", "read", "write", "login"];
  return webApplication(
    Object.fromEntries(actions.filter((action) => !without.includes(action)).map((action) => [action, fetch])),
  );
}

export function newRequest(action: Action, cookie: string, query: string = ""): BenchRequest {
  const path = `/${action}${query}`;
  return { request: new Request(`http://localhost${path}`, { headers: { cookie } }), path, cookie };
}

export async function toReply(result: unknown): Promise<Reply> {
  const answer = await result;
  if (!(answer instanceof Response)) return answer as Reply;
  return { text: await answer.text(), setCookies: answer.headers.getSetCookie() };
}

/** The Cookie header that a browser without cookies sends after this reply. */
export function cookieOf({ setCookies }: Reply): string {
  const cookies = new Map<string, string>();
  for (const line of setCookies) {
    const pair = line.split(";", 1)[0] ?? "";
    cookies.set(pair.slice(0, pair.indexOf("=")), pair);
  }
  return [...cookies.values()].join("; ");
}
