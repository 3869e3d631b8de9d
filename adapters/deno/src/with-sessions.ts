import { InvalidOptionError, type PendingSession, type SessionManager } from "@coatcheck/core";

/**
 * A server with sessions: `export default withSessions(…)` for `deno serve`, `Deno.serve(withSessions(…).fetch)` for
 * `deno run`. The session is committed, and the store has confirmed it, before the response leaves.
 *
 * @param handler - what `Deno.serve` calls it with comes after the session: `info` has the client's address. The response
 *   of `Deno.upgradeWebSocket(request)` passes as it is
 * @throws `INVALID_OPTION`
 */
export function withSessions<Data extends object, Flash extends object, Info extends unknown[]>(
  sessions: SessionManager<Data, Flash>,
  handler: (request: Request, session: PendingSession<Data, Flash>, ...info: Info) => Response | Promise<Response>,
): { fetch(request: Request, ...info: Info): Promise<Response> } {
  if (typeof handler !== "function" || typeof sessions?.wrap !== "function") {
    throw new InvalidOptionError("Write: export default withSessions(new SessionManager(…), handler).");
  }
  return { fetch: sessions.wrap(handler) };
}
