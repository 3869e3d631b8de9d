import { SessionError, SessionManager, type SessionStore, serverSide } from "@coatcheck/core";
import { browser } from "@coatcheck/testing";

/** How a request ended that a fault may have met. One that failed has no response, and so no cookie. */
export type Outcome =
  | { readonly ok: true; readonly data: Record<string, unknown> }
  | { readonly ok: false; readonly code: string; readonly cause: unknown };

/** One visitor of a small application over a store. */
export interface Visitor {
  /** `/read`, `/count` (adds one by `update`), `/login` or `/logout`. */
  visit(path: string): Promise<Outcome>;
  /** Visits until it goes well, as somebody who presses reload does; an outage is over when this resolves. */
  visitUntilWell(path: string): Promise<Outcome>;
  /** Another visitor of the same application, without a cookie. */
  stranger(): Visitor;
}

/**
 * @param store - a function, when the visitor is to be answered by servers with different stores
 * @param timeout - seconds a store operation may take
 */
export function visitorOf(store: SessionStore | (() => SessionStore), timeout = 10): Visitor {
  const failures = new WeakMap<Response, Outcome>();

  async function answer(request: Request): Promise<Response> {
    const mode = serverSide(typeof store === "function" ? store() : store, { timeout });
    const sessions = new SessionManager<{ count: number }>({ mode });
    try {
      return await sessions.handle(request, async (pending) => {
        const { pathname } = new URL(request.url);
        const session = await pending;
        if (pathname === "/count") session.update("count", (count = 0) => count + 1);
        if (pathname === "/login") session.bind("eve");
        if (pathname === "/logout") session.destroy();
        return Response.json({ ...Object.fromEntries(session.entries()), subject: session.subject });
      });
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      const response = new Response(null, { status: 500 });
      failures.set(response, { ok: false, code: error.code, cause: error.cause });
      return response;
    }
  }

  const client = browser({ fetch: answer });
  async function visit(path: string): Promise<Outcome> {
    const response = await client.fetch(path);
    return failures.get(response) ?? { ok: true, data: await response.json() };
  }
  return {
    visit,
    stranger: () => visitorOf(store, timeout),
    async visitUntilWell(path) {
      const deadline = performance.now() + 20_000;
      for (;;) {
        const outcome = await visit(path);
        if (outcome.ok || performance.now() > deadline) return outcome;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}
