import { InvalidOptionError, type SessionManager } from "@coatcheck/core";
import type { Context, Env, MiddlewareHandler } from "hono";

/** The environment of handlers behind {@link session}: `new Hono<SessionEnv<typeof sessions>>()`. */
export interface SessionEnv<Manager extends { open(request: Request): unknown }> {
  Variables: { session: ReturnType<Manager["open"]> };
}

/**
 * Session middleware: handlers `await c.var.session`, and what they changed is committed unless the request fails.
 * @param source - a manager, or a function of the context that returns one: the same each time, because it derives keys
 * @throws `INVALID_OPTION` on a request that gets no manager, or for which `c.var.session` is already set
 */
export function session<Data extends object, Flash extends object, E extends Env = object>(
  source: SessionManager<Data, Flash> | ((c: Context<E>) => SessionManager<Data, Flash>),
): MiddlewareHandler<E & SessionEnv<SessionManager<Data, Flash>>> {
  return async (c, next) => {
    if (c.get("session") !== undefined) throw new InvalidOptionError(ALREADY_SET);
    const sessions = typeof source === "function" ? source(c as unknown as Context<E>) : source;
    if (typeof sessions?.open !== "function") throw new InvalidOptionError(NO_MANAGER);
    const pending = sessions.open(c.req.raw);
    c.set("session", pending);
    try {
      await next();
      // An HTTPException is an answer. A handler that returned nothing is not, but Hono reports that only later.
      const isAnswer = c.finalized && (c.error === undefined || "getResponse" in c.error);
      const committed = await sessions.commit(pending, c.res, { failed: !isAnswer });
      if (committed === c.res) return;
      c.res = undefined; // Otherwise the assignment merges the old headers over the new ones.
      c.res = committed;
    } catch (error) {
      // Either a thrown value that is not an Error, which Hono lets through, or an error of the commit itself.
      await sessions.commit(pending, Response.error()).catch((failure: unknown) => {
        if (failure !== error) throw new AggregateError([error, failure]);
      });
      throw error;
    }
  };
}

const ALREADY_SET = "c.var.session is already set: keep the outermost session() only, or rename the other variable.";
const NO_MANAGER = "session() takes a SessionManager, or a function that returns one: app.use(session(sessions)).";
