import type { BenchData } from "./session-data.ts";

/**
 * What every contender does with a request:
 * - `untouched`: has its sessions at hand, and does not ask for one
 * - `fill`: makes a session that holds what `dataOfQuery` says
 * - `read`: says what is in the session
 * - `write`: counts up in the session, and keeps it
 * - `login`: notes a user under a new id, where there are ids, and keeps it
 */
export type Action = "untouched" | "fill" | "read" | "write" | "login";

/** How the session of a cookie is protected. `server`: the cookie holds an id, the data is in a store. */
export type Protection = "none" | "signed" | "encrypted" | "server" | "Redis";

/** What a contender runs in. Its own cost is in every figure; see the row of the same host without sessions. */
export type Host = "fetch" | "Hono" | "h3" | "Node" | "raw";

/** One request, in the forms that hosts take. */
export interface Visit {
  readonly request: Request;
  /** Path and query. */
  readonly path: string;
  /** The Cookie header. */
  readonly cookie: string;
}

/** What came of a visit, whatever the host. */
export interface Reply {
  readonly text: string;
  /** `Set-Cookie` headers. */
  readonly setCookies: readonly string[];
}

/** The actions that a contender has. What is returned, or resolved to, is a {@link Reply} or a `Response`. */
export type Application = { readonly [Name in Action]?: (visit: Visit) => unknown };

/** One that is measured. */
export interface Contender {
  /** What tables call it. */
  readonly name: string;
  readonly protection: Protection;
  readonly host: Host;
  /** The package whose version belongs to the figures. @default one of this repository */
  readonly package?: string;
  /** Whether it runs in Node alone. */
  readonly isNodeOnly?: true;
  /** Makes the place where its sessions are kept, if it needs one; called once, before all rounds. */
  setUp(): Place | Promise<Place>;
}

export interface Place {
  /** Makes the application, as after a restart: with the same secrets and store, and with nothing in its memory. */
  start(): Application;
  /** How often the store was asked for anything since the last time. Missing where that is not counted. */
  readonly countCalls?: () => number;
  close?(): Promise<void>;
}

/** A handler of a host that speaks `Request` and `Response`. */
export type WebHandler = (request: Request) => Response | Promise<Response>;

type Described = { readonly [Key in "n" | "count" | "user"]?: BenchData[Key] | undefined };

/** The text of the answer to `read`, `write` and `login`; `none` when there is no session. */
export function describeData(data: Described | null | undefined): string {
  return data?.n === undefined ? "none" : `${data.n}/${data.count ?? 0}/${data.user ?? "nobody"}`;
}

/** Handlers of requests as an application. */
export function webApplication(handlers: { readonly [Name in Action]?: WebHandler }): Application {
  const entries = Object.entries(handlers).map(([action, handler]) => [
    action,
    (visit: Visit) => handler(visit.request),
  ]);
  return Object.fromEntries(entries);
}

/** A fetch function that finds the action by its path, as an application. */
export function routedApplication(fetch: WebHandler, without: readonly Action[] = []): Application {
  const actions: readonly Action[] = ["untouched", "fill", "read", "write", "login"];
  return webApplication(
    Object.fromEntries(actions.filter((action) => !without.includes(action)).map((action) => [action, fetch])),
  );
}

export function newVisit(action: Action, cookie: string, query: string = ""): Visit {
  const path = `/${action}${query}`;
  return { request: new Request(`http://localhost${path}`, { headers: { cookie } }), path, cookie };
}

export async function toReply(result: unknown): Promise<Reply> {
  const answer = await result;
  if (!(answer instanceof Response)) return answer as Reply;
  return { text: await answer.text(), setCookies: answer.headers.getSetCookie() };
}

/** The Cookie header of a browser that had none before this reply. */
export function cookieOf({ setCookies }: Reply): string {
  const cookies = new Map<string, string>();
  for (const line of setCookies) {
    const pair = line.split(";", 1)[0] ?? "";
    cookies.set(pair.slice(0, pair.indexOf("=")), pair);
  }
  return [...cookies.values()].join("; ");
}
