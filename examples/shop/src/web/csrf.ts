import { type CsrfOptions, csrfProtection } from "@coatcheck/csrf";
import type { MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";

/** As `csrf` of `@coatcheck/hono/csrf`, but what is refused is shown as a page of the shop. */
export function csrf(options: CsrfOptions = {}): MiddlewareHandler {
  const protection = csrfProtection(options);
  return async (c, next) => {
    const result = await protection.check(c.req.raw, c.get("session"));
    if (result.ok) return next();
    const message = result.reason.startsWith("token")
      ? "This form is out of date. Go back, reload its page, and send it again."
      : "This was not sent by a page of the shop, and was refused.";
    throw new HTTPException(403, { message: `${message} (${result.reason})` });
  };
}
