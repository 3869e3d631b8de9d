import { InvalidOptionError, type PendingSession, type SessionManager } from "@coatcheck/core";

/** What is used of Bun's `Server`. */
export interface BunServer {
  upgrade(request: Request, options?: unknown): boolean;
}

/** Bun answers an upgrade itself; what is committed beside it gets no headers. */
const SWITCHING_PROTOCOLS = 101;

/**
 * A handler with sessions: `Bun.serve(withSessions(…))`, `export default withSessions(…)`, and for one route
 * `routes: { "/cart": withSessions(…).fetch }`. The session is committed, and the store has confirmed it, before the
 * response leaves.
 *
 * @param handler - returns nothing when `server.upgrade(request)` did, and only then
 * @throws `INVALID_OPTION`; its `fetch` `NO_RESPONSE` when the handler returns nothing and upgraded nothing
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
    throw new InvalidOptionError("Write: Bun.serve(withSessions(new SessionManager(…), handler)).");
  }
  return {
    async fetch(request, server) {
      watchUpgrades(server);
      const response = await sessions.handle(request, async (pending) => {
        const answer = await handler(request, pending, server);
        // Without an upgrade nothing is no answer, and the core says so.
        return upgraded.has(request) ? new Response(null, { status: SWITCHING_PROTOCOLS }) : (answer as Response);
      });
      // Bun's own types want a response, and its server nothing.
      return upgraded.has(request) ? (undefined as unknown as Response) : response;
    },
  };
}

const upgraded = new WeakSet<Request>();
const watched = new WeakSet<BunServer>();

/** Has the server note what it upgrades, whoever calls it: the handler, or somebody who holds the server elsewhere. */
function watchUpgrades(server: BunServer | undefined): void {
  // `server.fetch(request)` comes without one.
  if (typeof server?.upgrade !== "function" || watched.has(server)) return;
  watched.add(server);
  const upgrade = server.upgrade.bind(server);
  server.upgrade = (request, options) => {
    const isUpgraded = upgrade(request, options);
    if (isUpgraded) upgraded.add(request);
    return isUpgraded;
  };
}
