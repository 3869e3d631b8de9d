import type { Denied } from "./access.ts";

/** The page. Only its style and its script, which have the nonce, are allowed. */
export function pageResponse(markup: string, nonce: string): Response {
  return new Response(markup, {
    headers: {
      ...HEADERS,
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": contentSecurityPolicy(nonce),
    },
  });
}

/** A stream of server-sent events. */
export function streamResponse(stream: ReadableStream<Uint8Array>): Response {
  return new Response(stream, { headers: { ...HEADERS, "Content-Type": "text/event-stream" } });
}

/** The answer to a request that may not see the inspector. */
export function denialResponse({ status, message }: Denied): Response {
  return new Response(`${message}\n`, {
    status,
    headers: {
      ...HEADERS,
      "Content-Type": "text/plain; charset=utf-8",
      "Content-Security-Policy": contentSecurityPolicy(""),
      ...(status === 405 && { Allow: "GET" }),
    },
  });
}

/** Caches do not store the response, other sites can neither frame nor load it, and browsers do not guess its type. */
const HEADERS = {
  "Cache-Control": "no-store",
  Vary: "Cookie",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  // For proxies such as nginx, which would hold back a stream until it ends.
  "X-Accel-Buffering": "no",
};

function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
