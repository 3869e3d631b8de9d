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
      let isUpgraded = false;
      const watched = watchUpgrades(server, () => {
        isUpgraded = true;
      });
      const response = await sessions.handle(request, async (pending) => {
        const answer = await handler(request, pending, watched);
        // Without an upgrade nothing is no answer, and the core says so.
        return isUpgraded ? new Response(null, { status: SWITCHING_PROTOCOLS }) : (answer as Response);
      });
      // Bun's own types want a response, and its server nothing.
      return isUpgraded ? (undefined as unknown as Response) : response;
    },
  };
}

/** The server as it is, but for telling when a request of it became a WebSocket. */
function watchUpgrades<Server extends BunServer>(server: Server, onUpgrade: () => void): Server {
  return new Proxy(server, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        const result: unknown = Reflect.apply(value, target, args);
        if (name === "upgrade" && result === true) onUpgrade();
        return result;
      };
    },
  });
}
