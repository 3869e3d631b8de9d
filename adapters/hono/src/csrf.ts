import { InvalidOptionError } from "@coatcheck/core";
import { type CsrfOptions, csrfProtection, type Denied, denialResponse } from "@coatcheck/csrf";
import type { Context, MiddlewareHandler } from "hono";

/** Options of {@link csrf}. */
export interface CsrfMiddlewareOptions extends CsrfOptions {
  /** Answers a denied request, with a page of your own for example. @default 403 with the reason, as JSON or text */
  readonly onDenied?: (c: Context, denied: Denied) => Response | Promise<Response>;
}

/** CSRF protection as middleware. With `tokens`, register it after `session()`. @throws `INVALID_OPTION` */
export function csrf(options: CsrfMiddlewareOptions = {}): MiddlewareHandler {
  const { onDenied = (c, denied) => denialResponse(c.req.raw, denied), ...protectionOptions } = options;
  if (typeof onDenied !== "function") throw new InvalidOptionError("onDenied must be a function: (c, denied) => …");
  const protection = csrfProtection(protectionOptions);
  return async (c, next) => {
    const result = await protection.check(c.req.raw, c.get("session"));
    return result.ok ? next() : onDenied(c, result);
  };
}
