import { InvalidOptionError, type SessionManager } from "@coatcheck/core";
import type { Context, Env, MiddlewareHandler } from "hono";

/** The environment of a handler behind {@link session}: `new Hono<SessionEnv<typeof sessions>>()`. */
export interface SessionEnv<Manager extends { open(request: Request): unknown }> {
  Variables: { session: ReturnType<Manager["open"]> };
}

const TAKEN =
  "c.var.session is taken already. If session() stands twice on the way to this handler, keep the outer one: the second would open and commit the session again. If other middleware uses the name, remove that.";
const NO_MANAGER = "session takes a manager, or a function that returns one: app.use(session(sessions)).";

/**
 * Sessions as Hono middleware. In a handler, `const session = await c.var.session`; the commit happens when the handler
 * is done, whatever it answered. An `HTTPException` is an answer; any other error leaves the session as it was.
 * @param source - a manager, or a function that finds one by a context's bindings: the same each time, for it derives keys
 * @throws `INVALID_OPTION` on a request that finds no manager, or `c.var.session` taken, by another of these or otherwise
 */
export function session<Data extends object, Flash extends object, E extends Env = object>(
  source: SessionManager<Data, Flash> | ((c: Context<E>) => SessionManager<Data, Flash>),
): MiddlewareHandler<E & SessionEnv<SessionManager<Data, Flash>>> {
  return async (c, next) => {
    if (c.get("session") !== undefined) throw new InvalidOptionError(TAKEN);
    const sessions = typeof source === "function" ? source(c as unknown as Context<E>) : source;
    if (typeof sessions?.open !== "function") throw new InvalidOptionError(NO_MANAGER);
    const pending = sessions.open(c.req.raw);
    c.set("session", pending);
    try {
      await next();
      // A handler that returned nothing is an error too, which Hono finds out only after its middleware.
      const isAnswer = c.finalized && (c.error === undefined || "getResponse" in c.error);
      const committed = await sessions.commit(pending, c.res, { failed: !isAnswer });
      if (committed === c.res) return;
      // Assigning to c.res merges the old headers over the new ones, and would undo the commit.
      c.res = undefined;
      c.res = committed;
    } catch (error) {
      // What is thrown and no Error, Hono lets through; what is returned and no Response, the commit has refused.
      await sessions.commit(pending, Response.error()).catch((failure: unknown) => {
        if (failure !== error) throw new AggregateError([error, failure]);
      });
      throw error;
    }
  };
}
