import { InvalidOptionError, type PendingSession, type SessionManager } from "@coatcheck/core";

/** Options of {@link withSessions}. */
export interface DenoSessionOptions {
  /**
   * Told of a commit that failed beside a WebSocket: the connection is there already, and nobody is left to answer to.
   * @default console.error
   */
  readonly onError?: (error: unknown) => void;
}

const SWITCHING_PROTOCOLS = 101;

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
  options: DenoSessionOptions = {},
): { fetch(request: Request, ...info: Info): Promise<Response> } {
  if (typeof handler !== "function" || typeof sessions?.handle !== "function") {
    throw new InvalidOptionError("Write: export default withSessions(new SessionManager(…), handler).");
  }
  const { onError = console.error } = options;
  return {
    async fetch(request, ...info) {
      // Deno takes the headers of a request away when it is upgraded, and the session may be awaited after that.
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
        // Deno stops listening, for everybody, when the response of an upgrade does not come back to it.
        if (upgrade === undefined) throw error;
        onError(error);
        return upgrade;
      }
    },
  };
}
