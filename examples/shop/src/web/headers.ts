import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

/** Security headers for every response. Pages have no scripts, no inline styles and no content from other origins. */
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
    // With no-referrer, browsers would send "Origin: null" with the shop's forms, and the CSRF check would deny them.
    referrerPolicy: "same-origin",
    permissionsPolicy: { camera: [], geolocation: [], microphone: [] },
    // The HTTPS proxy in front of a real shop sets this header. On localhost it would affect every other project.
    strictTransportSecurity: false,
    // Headers that a route has set are not replaced.
    overwrite: false,
  });
}

/** Keeps pages out of caches: they show who is logged in, and the back button must not show them after a logout. */
export function noStore(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
  };
}
