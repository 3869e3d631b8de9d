import { type PendingSession, SessionError, SessionManager, type SessionStore, serverSide } from "@coatcheck/core";
import { type Browser, browser } from "../browser.ts";

/** A process of a small application that keeps its sessions in a store. */
export interface Application {
  readonly sessions: SessionManager;
  readonly client: Browser;
  /** Another client, without cookies. */
  newClient(): Browser;
}

/**
 * Answers `/set?key=&value=`, `/login?as=` and `/logout`, and a `SessionError` with its code. Every path takes
 * `timeout`: the seconds that a store operation may take in this request.
 */
export function application(store: SessionStore): Application {
  const sessions = new SessionManager({ mode: serverSide(store) });
  const answer = async (request: Request, pending: PendingSession): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url);
    const session = await pending;
    if (pathname === "/set") session.set(searchParams.get("key") ?? "", searchParams.get("value"));
    if (pathname === "/login") session.bind(searchParams.get("as") ?? "");
    if (pathname === "/logout") session.destroy();
    return Response.json({ ...Object.fromEntries(session.entries()), subject: session.subject });
  };
  const handle = (request: Request): Promise<Response> => {
    const timeout = new URL(request.url).searchParams.get("timeout");
    const manager =
      timeout === null ? sessions : new SessionManager({ mode: serverSide(store, { timeout: Number(timeout) }) });
    return manager.handle(request, (pending) => answer(request, pending));
  };
  const newClient = (): Browser =>
    browser({
      fetch: async (request) => {
        try {
          return await handle(request);
        } catch (error) {
          if (error instanceof SessionError) return new Response(error.code, { status: 500 });
          throw error;
        }
      },
    });
  return { sessions, client: newClient(), newClient };
}

/** The data and the subject of a client's session. */
export async function read(client: Browser): Promise<Record<string, unknown>> {
  return (await client.fetch("/read")).json();
}
