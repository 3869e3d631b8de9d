import { type PendingSession, SessionError, SessionManager, type SessionStore, serverSide } from "@coatcheck/core";
import { type Browser, browser } from "../browser.ts";

/** A process of an application over a store, and a way to its visitors. */
export interface Application {
  readonly sessions: SessionManager;
  /** A visitor who has not been here before. */
  readonly client: Browser;
  visitor(): Browser;
}

/** Answers `/set?key=&value=`, `/login?as=` and `/logout`, and a SessionError with its code. */
export function application(store: SessionStore): Application {
  const patient = new SessionManager({ mode: serverSide(store) });
  // Only where a store is made to hang: a real engine on a busy machine may take longer than this.
  const impatient = new SessionManager({ mode: serverSide(store, { timeout: 0.05 }) });
  const answer = async (request: Request, pending: PendingSession): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url);
    const session = await pending;
    if (pathname === "/set") session.set(searchParams.get("key") ?? "", searchParams.get("value"));
    if (pathname === "/login") session.bind(searchParams.get("as") ?? "");
    if (pathname === "/logout") session.destroy();
    return Response.json({ ...Object.fromEntries(session.entries()), subject: session.subject });
  };
  const handle = (request: Request): Promise<Response> => {
    const sessions = new URL(request.url).searchParams.has("impatient") ? impatient : patient;
    return sessions.handle(request, (pending) => answer(request, pending));
  };
  const visitor = (): Browser =>
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
  return { sessions: patient, client: visitor(), visitor };
}

/** What a visitor's session holds, and whose it is. */
export async function read(client: Browser): Promise<Record<string, unknown>> {
  return (await client.fetch("/read")).json();
}
