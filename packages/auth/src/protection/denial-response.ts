import { assertOption } from "@coatcheck/core/toolkit";
import type { Denied } from "./guards.ts";
import { parseNext } from "./safe-next.ts";

/** Options of {@link denialResponse}. */
export interface DenialResponseOptions {
  /**
   * The path of the login page, on this origin. Its query says where to go after the login (`next`, which `safeNext`
   * reads) and, when the visitor is logged in already, why that is not enough (`reason`: `not-fresh` or
   * `level-too-low`).
   * @default none: pages get the same answer as APIs
   */
  readonly loginPage?: string;
}

/**
 * Makes the response to a request that a guard denied. A browser that opens a page is sent to the login page (303). A
 * script gets 401 and `{ error: "login-required", reason }`. Where a login would not help, both get 403 and
 * `{ error: "forbidden", reason }`.
 *
 * @throws `INVALID_OPTION` when the login page is not a path
 */
export function denialResponse(options: DenialResponseOptions = {}): (request: Request, denied: Denied) => Response {
  const { loginPage } = options;
  assertOption(
    loginPage === undefined || parseNext(loginPage) !== undefined,
    'loginPage must be a path on this origin: "/login". That page may redirect to an identity provider',
  );
  return (request, { reason }) => {
    if (reason === "forbidden") return jsonResponse(403, { error: "forbidden", reason });
    // Bun passes on requests with a missing or malformed Host, whose URL cannot be parsed.
    const isPage = loginPage !== undefined && isNavigation(request) && URL.canParse(request.url);
    const page = isPage ? new URL(loginPage, request.url) : undefined;
    // Redirecting the login page itself would never end.
    if (page === undefined || isSamePage(page, new URL(request.url))) {
      // RFC 9110, 15.5.2: a 401 names a scheme, and some clients fail without one. Browsers do not know this scheme, so
      // they do not ask for a password.
      const challenge = { "WWW-Authenticate": 'Cookie realm="login"' };
      return jsonResponse(401, { error: "login-required", reason }, challenge);
    }
    const next = nextOf(request, page);
    if (next !== undefined) page.searchParams.set("next", next);
    if (reason !== "anonymous") page.searchParams.set("reason", reason);
    return new Response(null, {
      status: 303,
      headers: { Location: page.pathname + page.search + page.hash, "Cache-Control": "no-store" },
    });
  };
}

/** Browsers send `Sec-Fetch-Mode` (Fetch Metadata), but not over plain HTTP. There, `Accept` decides. */
function isNavigation({ headers }: Request): boolean {
  const mode = headers.get("Sec-Fetch-Mode");
  return mode === null ? /\btext\/html\b/i.test(headers.get("Accept") ?? "") : mode === "navigate";
}

/** Where to go after the login: the requested page, or the page whose form was sent. The form is not sent again. */
function nextOf(request: Request, loginPage: URL): string | undefined {
  const url = new URL(request.url);
  const referrer = request.headers.get("Referer") ?? "";
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (!isRead && !URL.canParse(referrer)) return undefined;
  const from = isRead ? url : new URL(referrer);
  // Compares hosts, not origins: behind a proxy that terminates TLS the request says http. A page of another site must
  // not choose a path here.
  return from.host === url.host && !isSamePage(from, loginPage) ? parseNext(from.pathname + from.search) : undefined;
}

function isSamePage(a: URL, b: URL): boolean {
  return a.pathname.replace(/\/+$/, "") === b.pathname.replace(/\/+$/, "");
}

function jsonResponse(status: number, body: object, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers: { ...headers, "Cache-Control": "no-store" } });
}
