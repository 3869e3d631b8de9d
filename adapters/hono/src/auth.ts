import { type DenialResponseOptions, denialResponse, type Guard } from "@coatcheck/auth";
import type { MiddlewareHandler } from "hono";

/** A guard as middleware, registered after `session()`. It sets `c.var.subject`. @throws `INVALID_OPTION` */
export function guard<Of extends Parameters<Guard>[0]>(
  check: Guard<Of>,
  options?: DenialResponseOptions,
): MiddlewareHandler<{ Variables: { subject: string } }> {
  const toResponse = denialResponse(options);
  return async (c, next) => {
    const guarded = await check(await c.get("session" as never));
    if (!guarded.ok) return toResponse(c.req.raw, guarded);
    c.set("subject", guarded.subject);
    return next();
  };
}
