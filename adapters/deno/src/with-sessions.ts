import { InvalidOptionError, type PendingSession, type SessionManager } from "@coatcheck/core";

/** Options of {@link withSessions}. */
export interface DenoSessionOptions {
  /**
   * Called when the commit of a WebSocket upgrade fails: the connection is already open, so no response can report it.
   * @default console.error
   */
  readonly onError?: (error: unknown) => void;
}

const SWITCHING_PROTOCOLS = 101;

/**
 * A server with sessions: `export default withSessions(…)` for `deno serve`, `Deno.serve(withSessions(…).fetch)` for
 * `deno run`. The response is sent after the session has been committed and the store has confirmed it.
 *
 * @param handler - receives the request, the pending session and the other arguments of `Deno.serve`: `info` has the
 *   client's address. The response of `Deno.upgradeWebSocket(request)` is passed on unchanged
 * @throws `INVALID_OPTION`
 */
export function withSessions<Data extends object, Flash extends object, Info extends unknown[]>(
  sessions: SessionManager<Data, Flash>,
  handler: (request: Request, session: PendingSession<Data, Flash>, ...info: Info) => Response | Promise<Response>,
  options: DenoSessionOptions = {},
): { fetch(request: Request, ...info: Info): Promise<Response> } {
  if (typeof handler !== "function" || typeof sessions?.handle !== "function") {
    throw new InvalidOptionError("withSessions takes a SessionManager and a handler: withSessions(sessions, handler)");
  }
  const { onError = console.error } = options;
  return {
    async fetch(request, ...info) {
      // An upgrade makes the request's headers unreadable, and the handler may await the session after it: copy them.
      const isUpgrade = request.headers.has("Upgrade");
      const opened = isUpgrade ? new Request(request.url, { headers: request.headers }) : request;
      let upgrade: Response | undefined;
      try {
        return await sessions.handle(opened, async (pending) => {
          const response = await handler(request, pending, ...info);
          if (response?.status === SWITCHING_PROTOCOLS) upgrade = response;
          return response;
        });
      } catch (error) {
        // Deno stops the whole server unless it gets the response of an upgrade back.
        if (upgrade === undefined) throw error;
        onError(error);
        return upgrade;
      }
    },
  };
}
