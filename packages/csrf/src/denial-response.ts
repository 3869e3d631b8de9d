import type { OriginReason } from "./request-origin.ts";

/** Why a request was denied. */
export type CsrfReason =
  | OriginReason
  /** A token is required, and neither the header nor the form has one. */
  | "token-missing"
  /**
   * The token does not belong to this session, or was made before its login. Or the session cookie is missing: over
   * plain HTTP only browsers, and only for localhost, store a `Secure` cookie.
   */
  | "token-invalid";

/** A request that the check denied. {@link denialResponse} answers it. */
export interface Denied {
  readonly ok: false;
  readonly reason: CsrfReason;
}

/**
 * The response to a denied request: 403, with the reason as JSON `{ error: "csrf", reason }`, or as text when the
 * request accepts HTML. It keeps nothing secret from the other site, because that site cannot read it.
 */
export function denialResponse(request: Request, { reason }: Pick<Denied, "reason">): Response {
  const isPage = /\btext\/html\b/i.test(request.headers.get("Accept") ?? "");
  const headers = {
    // A cache with a rule of its own could otherwise store the response and send it to the next visitor.
    "Cache-Control": "no-store",
    Vary: "Accept, Origin, Sec-Fetch-Site",
  };
  if (!isPage) return Response.json({ error: "csrf", reason }, { status: 403, headers });
  const advice = reason.startsWith("token")
    ? "This form is out of date. Reload its page and send it again."
    : "This was not sent by a page of this site, and was refused.";
  // Bun sets no default type when there are other headers.
  const type = { "Content-Type": "text/plain; charset=utf-8" };
  return new Response(`${advice} (${reason})\n`, { status: 403, headers: { ...headers, ...type } });
}
