import { SessionError, SessionManager, type SessionStore, serverSide } from "@coatcheck/core";
import { browser } from "@coatcheck/testing";

/** The outcome of a request. A failed request has no response, and so no cookie. */
export type Outcome =
  | { readonly ok: true; readonly data: Record<string, unknown> }
  | { readonly ok: false; readonly code: string; readonly cause: unknown };

/** A visitor of a small application. */
export interface Visitor {
  /**
   * Requests `/read`, `/count` (adds one by `update`), `/login` or `/logout`.
   *
   * @param timeout - seconds that a store operation may take. @default 10
   */
  visit(path: string, timeout?: number): Promise<Outcome>;
  /** Repeats the request until it succeeds, as a user who reloads the page. Resolves when an outage is over. */
  visitUntilOk(path: string): Promise<Outcome>;
  /** Another visitor of the same application, without a cookie. */
  newVisitor(): Visitor;
}

/** @param store - a function when the store changes between requests */
export function visitorOf(store: SessionStore | (() => SessionStore)): Visitor {
  const failures = new WeakMap<Response, Outcome>();
  let storeTimeout = 10;

  async function answer(request: Request): Promise<Response> {
    const mode = serverSide(typeof store === "function" ? store() : store, { timeout: storeTimeout });
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
  async function visit(path: string, timeout = 10): Promise<Outcome> {
    storeTimeout = timeout;
    const response = await client.fetch(path);
    return failures.get(response) ?? { ok: true, data: await response.json() };
  }
  return {
    visit,
    newVisitor: () => visitorOf(store),
    async visitUntilOk(path) {
      const deadline = performance.now() + 20_000;
      for (;;) {
        const outcome = await visit(path);
        if (outcome.ok || performance.now() > deadline) return outcome;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}
