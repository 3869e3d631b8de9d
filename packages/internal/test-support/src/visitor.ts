import type { Session, SessionManager } from "@coatcheck/core";
import { type Browser, browser } from "@coatcheck/testing";

/** A browser of an application whose handler does with the session what each request asks for. */
export interface Visitor<Data extends object = Record<string, unknown>, Flash extends object = Record<string, string>> {
  readonly client: Browser;
  /**
   * Sends a request whose handler awaits the session and calls `act` with it. If `act` returns a `Response`, that is
   * the response.
   */
  visit<Result>(act: (session: Session<Data, Flash>) => Result, init?: VisitInit): Promise<Visit<Awaited<Result>>>;
}

/** Properties of the request. */
export interface VisitInit extends RequestInit {
  /** @default "/" */
  readonly path?: string;
}

/** A completed request. */
export interface Visit<Result> {
  readonly response: Response;
  /** The `Set-Cookie` lines of the response. */
  readonly cookies: readonly string[];
  /** What `act` returned. */
  readonly result: Result;
}

/** Carries the index of the function that the handler calls. */
const ACT_HEADER = "X-Act";

/** A visitor of an application of this manager. */
export function visitor<Data extends object = Record<string, unknown>, Flash extends object = Record<string, string>>(
  sessions: Pick<SessionManager<Data, Flash>, "handle">,
): Visitor<Data, Flash> {
  const acts: ((session: Session<Data, Flash>) => Promise<Response>)[] = [];
  const client = browser({
    fetch: (request) =>
      sessions.handle(request, async (pending) => {
        const session = await pending;
        const index = request.headers.get(ACT_HEADER);
        const act = index === null ? undefined : acts[Number(index)];
        return act === undefined ? new Response("visited") : act(session);
      }),
  });
  return {
    client,
    async visit<Result>(act: (session: Session<Data, Flash>) => Result, { path = "/", ...init }: VisitInit = {}) {
      let outcome: { readonly result: Awaited<Result> } | undefined;
      const headers = new Headers(init.headers);
      headers.set(ACT_HEADER, `${acts.length}`);
      acts.push(async (session) => {
        const result = await act(session);
        outcome = { result };
        return result instanceof Response ? result : new Response("visited");
      });
      const response = await client.fetch(path, { ...init, headers });
      if (outcome === undefined) throw new Error("The handler was not called, or it threw an error.");
      return { response, cookies: response.headers.getSetCookie(), result: outcome.result };
    },
  };
}
