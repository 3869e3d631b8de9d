import { assertOption } from "@coatcheck/core/toolkit";
import type { Refused } from "./guards.ts";
import { parseNext } from "./safe-next.ts";

/** Options of {@link refusal}. */
export interface RefusalOptions {
  /**
   * The path of the login page, of this origin. It is told in its query where to go on afterwards (`next`, to be read
   * with `safeNext`) and, if somebody is logged in already, why that is not enough (`reason`: `not-fresh` or
   * `level-too-low`).
   * @default none: pages are answered as APIs are
   */
  readonly loginPage?: string;
}

/**
 * What answers a request that a guard refused. People who open a page are sent to the login page (303). Scripts get 401
 * and `{ error: "login-required", reason }`. Whom a login would not help gets 403 and `{ error: "forbidden", reason }`.
 *
 * @throws `INVALID_OPTION` for a login page that is not a path
 */
export function refusal(options: RefusalOptions = {}): (request: Request, refused: Refused) => Response {
  const { loginPage } = options;
  assertOption(
    loginPage === undefined || parseNext(loginPage) !== undefined,
    'loginPage must be a path of this origin, "/login"; the page there may redirect to an identity provider',
  );
  return (request, { reason }) => {
    if (reason === "forbidden") return answer(403, { error: "forbidden", reason });
    // Bun hands on what came without a Host, or with a wrong one.
    const isPage = loginPage !== undefined && isNavigation(request) && URL.canParse(request.url);
    const page = isPage ? new URL(loginPage, request.url) : undefined;
    // The login page itself was refused: to be sent there again would never end.
    if (page === undefined || isSamePage(page, new URL(request.url))) {
      // RFC 9110, 15.5.2: a 401 names a scheme, and some clients fail without. Browsers do not know this one, so they
      // ask for no password.
      return answer(401, { error: "login-required", reason }, { "WWW-Authenticate": 'Cookie realm="login"' });
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

/** Browsers say so (Fetch Metadata), but not over plain HTTP; then what they accept tells. */
function isNavigation({ headers }: Request): boolean {
  const mode = headers.get("Sec-Fetch-Mode");
  return mode === null ? /\btext\/html\b/i.test(headers.get("Accept") ?? "") : mode === "navigate";
}

/** Where to go on after the login: the page that was asked for, or the one whose form was sent; a form is not sent again. */
function nextOf(request: Request, loginPage: URL): string | undefined {
  const url = new URL(request.url);
  const referrer = request.headers.get("Referer") ?? "";
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (!isRead && !URL.canParse(referrer)) return undefined;
  const from = isRead ? url : new URL(referrer);
  // By host, not origin: behind a proxy that ends TLS the request says http. Another site's page chooses no path here.
  return from.host === url.host && !isSamePage(from, loginPage) ? parseNext(from.pathname + from.search) : undefined;
}

function isSamePage(a: URL, b: URL): boolean {
  return a.pathname.replace(/\/+$/, "") === b.pathname.replace(/\/+$/, "");
}

function answer(status: number, body: object, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers: { ...headers, "Cache-Control": "no-store" } });
}
