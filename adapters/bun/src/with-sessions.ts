import { InvalidOptionError, type PendingSession, type SessionManager } from "@coatcheck/core";

/** The part of Bun's `Server` that the adapter uses. */
export interface BunServer {
  upgrade(request: Request, options?: unknown): boolean;
}

/** Bun answers an upgrade itself, so headers of the commit would not be sent. */
const SWITCHING_PROTOCOLS = 101;

/**
 * A handler with sessions: `Bun.serve(withSessions(…))`, `export default withSessions(…)`, or for a single route
 * `routes: { "/cart": withSessions(…).fetch }`. The response is sent after the session has been committed and the store
 * has confirmed it.
 *
 * @param handler - must return a `Response`, or nothing after a successful `server.upgrade(request)`
 * @throws `INVALID_OPTION`; its `fetch` `NO_RESPONSE` when the handler returns nothing without an upgrade
 */
export function withSessions<
  Data extends object,
  Flash extends object,
  Incoming extends Request = Request,
  Server extends BunServer = BunServer,
>(
  sessions: SessionManager<Data, Flash>,
  handler: (
    request: Incoming,
    session: PendingSession<Data, Flash>,
    server: Server,
  ) => Response | undefined | Promise<Response | undefined>,
): { fetch(request: Incoming, server: Server): Promise<Response> } {
  if (typeof handler !== "function" || typeof sessions?.handle !== "function") {
    throw new InvalidOptionError("withSessions takes a SessionManager and a handler: withSessions(sessions, handler)");
  }
  return {
    async fetch(request, server) {
      watchUpgrades(server);
      const response = await sessions.handle(request, async (pending) => {
        const answer = await handler(request, pending, server);
        // Without an upgrade, the core rejects a handler that returns nothing.
        return upgraded.has(request) ? new Response(null, { status: SWITCHING_PROTOCOLS }) : (answer as Response);
      });
      // Bun's types require a response, but its server expects none after an upgrade.
      return upgraded.has(request) ? (undefined as unknown as Response) : response;
    },
  };
}

const upgraded = new WeakSet<Request>();
const watched = new WeakSet<BunServer>();

/** Records the requests that the server upgrades, also when a handler uses its own reference to the server. */
function watchUpgrades(server: BunServer | undefined): void {
  // `server.fetch(request)` passes no server.
  if (typeof server?.upgrade !== "function" || watched.has(server)) return;
  watched.add(server);
  const upgrade = server.upgrade.bind(server);
  server.upgrade = (request, options) => {
    const isUpgraded = upgrade(request, options);
    if (isUpgraded) upgraded.add(request);
    return isUpgraded;
  };
}
