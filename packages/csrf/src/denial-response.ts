import type { OriginReason } from "./request-origin.ts";

/** Why a request was refused. */
export type CsrfReason =
  | OriginReason
  /** A token is demanded, and there is none in header or form. */
  | "token-missing"
  /**
   * It is none of this session, or was made before its login; or the session's cookie did not come: over plain HTTP clients
   * keep no `Secure` cookie, but browsers for localhost.
   */
  | "token-invalid";

/**
 * The answer to a refused request: 403, with the reason as JSON `{ error: "csrf", reason }`, or as text for whoever
 * asked for a page. There is nothing in it to keep secret from the other site, which cannot read it.
 */
export function refuse(request: Request, refused: { readonly reason: CsrfReason }): Response {
  const { reason } = refused;
  const isPage = /\btext\/html\b/i.test(request.headers.get("Accept") ?? "");
  const headers = {
    // A cache that kept it, by a rule of its own, would turn the next one away as well.
    "Cache-Control": "no-store",
    Vary: "Accept, Origin, Sec-Fetch-Site",
  };
  if (!isPage) return Response.json({ error: "csrf", reason }, { status: 403, headers });
  const advice = reason.startsWith("token")
    ? "This form is out of date. Reload its page and send it again."
    : "This was not sent by a page of this site, and was refused.";
  // Bun leaves the type out where there are other headers.
  const type = { "Content-Type": "text/plain; charset=utf-8" };
  return new Response(`${advice} (${reason})\n`, { status: 403, headers: { ...headers, ...type } });
}
