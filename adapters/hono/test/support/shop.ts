import { memoryStore, type SessionEvent, SessionManager, serverSide } from "@coatcheck/core";
import { type Browser, browser, type FaultyStore, faultyStore } from "@coatcheck/testing";

/** The session data of these tests. */
export interface Data {
  cart: string[];
}

/** A session manager with its store and its events. */
export interface Shop {
  readonly sessions: SessionManager<Data>;
  readonly store: FaultyStore;
  readonly events: readonly SessionEvent[];
  /** A visitor of an application, with an empty cookie jar. */
  visit(app: { fetch(request: Request): Response | Promise<Response> }): Browser;
  /** The cart in a visitor's session, read through the manager and not through the application under test. */
  cartOf(client: Browser): Promise<readonly string[]>;
}

/** Creates a shop for one test. */
export function shop(): Shop {
  const store = faultyStore(memoryStore());
  const events: SessionEvent[] = [];
  const sessions = new SessionManager<Data>({ mode: serverSide(store), onEvent: (event) => events.push(event) });
  return {
    sessions,
    store,
    events,
    visit: (app) => browser({ fetch: (request) => app.fetch(request) }),
    cartOf: async (client) => {
      const headers = { Cookie: await client.cookieHeader() };
      return (await sessions.open(new Request("https://localhost/", { headers }))).get("cart") ?? [];
    },
  };
}

/** The names of the cookies that a response sets, in order. */
export function cookieNames(response: Response): (string | undefined)[] {
  return response.headers.getSetCookie().map((line) => line.split("=")[0]);
}

/** The code of the error that `action` throws. */
export async function codeOf(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
  return "no error";
}
