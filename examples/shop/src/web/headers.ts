import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

/** The security headers of every answer. Pages have no script, no inline style, and nothing from elsewhere. */
export function headers(): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
    xFrameOptions: "DENY",
    // With no-referrer browsers say "Origin: null" of the shop's own forms, and the check of it would refuse them.
    referrerPolicy: "same-origin",
    permissionsPolicy: { camera: [], geolocation: [], microphone: [] },
    // Whoever puts https in front says it there: on localhost it would hold for every other project as well.
    strictTransportSecurity: false,
    // What a route has set itself stays.
    overwrite: false,
  });
}

/** Pages show who is logged in: after a logout, "back" must not show them again. */
export function noStore(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
  };
}
