import type { Session, SessionManager } from "@coatcheck/core";
import { type Browser, browser } from "@coatcheck/testing";

/** Somebody with a browser. */
export interface Visitor<Data extends object, Flash extends object> {
  readonly client: Browser;
  /** Sends a request whose handler awaits the session and does this with it; resolves to what came of both. */
  visit<Result>(act: (session: Session<Data, Flash>) => Result): Promise<Visit<Awaited<Result>>>;
}

/** A request, afterwards. */
export interface Visit<Result> {
  readonly response: Response;
  /** The `Set-Cookie` lines of the response. */
  readonly cookies: readonly string[];
  /** What the handler made of the session. */
  readonly result: Result;
}

/** A browser of an application that does with the session whatever each request brings along. */
export function visitor<Data extends object, Flash extends object>(
  sessions: Pick<SessionManager<Data, Flash>, "handle">,
): Visitor<Data, Flash> {
  const acts: ((session: Session<Data, Flash>) => Promise<void>)[] = [];
  const client = browser({
    fetch: (request) =>
      sessions.handle(request, async (pending) => {
        await acts[Number(new URL(request.url).pathname.slice(1))]?.(await pending);
        return new Response("visited");
      }),
  });
  return {
    client,
    async visit<Result>(act: (session: Session<Data, Flash>) => Result) {
      let result: { readonly value: Awaited<Result> } | undefined;
      const path = `/${acts.length}`;
      acts.push(async (session) => {
        result = { value: await act(session) };
      });
      const response = await client.fetch(path);
      if (result === undefined) throw new Error("The handler was not called.");
      return { response, cookies: response.headers.getSetCookie(), result: result.value };
    },
  };
}
