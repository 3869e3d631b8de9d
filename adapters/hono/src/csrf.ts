import { type CsrfOptions, csrfProtection, refuse } from "@coatcheck/csrf";
import type { MiddlewareHandler } from "hono";

/**
 * Protection against cross-site request forgery as Hono middleware: what is refused gets 403 and its reason. Put it behind
 * `session()`, which only `tokens` need; a request that needs no token does not load its session. @throws `INVALID_OPTION`
 */
export function csrf(options: CsrfOptions = {}): MiddlewareHandler {
  const protection = csrfProtection(options);
  return async (c, next) => {
    const result = await protection.check(c.req.raw, c.get("session"));
    return result.ok ? next() : refuse(c.req.raw, result);
  };
}
