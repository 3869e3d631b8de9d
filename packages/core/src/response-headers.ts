/** Headers that tell a CDN alone what to keep, and would overrule Cache-Control there (RFC 9213). */
const TARGETED_CACHE_CONTROL = ["CDN-Cache-Control", "Cloudflare-CDN-Cache-Control", "Surrogate-Control"];

/**
 * The response with the headers of a session that was read, and perhaps changed: the same object where its headers can be changed, a copy over the same body
 * where they cannot (`fetch`, `Response.redirect`). Its other headers, other cookies among them, stay as they are.
 *
 * @param cookies - `Set-Cookie` values by cookie name
 */
export function withSessionHeaders(response: Response, cookies: ReadonlyMap<string, string>): Response {
  if (!canCarryHeaders(response)) return response;
  try {
    setHeaders(response.headers, cookies);
    return response;
  } catch (error) {
    // An immutable Headers object throws TypeError on the first change, before anything was changed.
    if (!(error instanceof TypeError)) throw error;
    const copy = new Response(response.body, response);
    setHeaders(copy.headers, cookies);
    return copy;
  }
}

/** Upgrades (101) belong to the runtime, and `Response.error()` (0) to nobody: neither may be touched or copied. */
export function canCarryHeaders(response: Response): boolean {
  return response.status !== 101 && response.status !== 0;
}

function setHeaders(headers: Headers, cookies: ReadonlyMap<string, string>): void {
  addVaryCookie(headers);
  // Two Set-Cookie of one name in one response are a MUST NOT (RFC 6265bis §4.1.1); an earlier one of ours gives way.
  const others = headers.getSetCookie().filter((line) => !cookies.has(/^[ \t]*([^=;]*?)[ \t]*=/.exec(line)?.[1] ?? ""));
  if (others.length < headers.getSetCookie().length) {
    headers.delete("Set-Cookie");
    for (const line of others) headers.append("Set-Cookie", line);
  }
  for (const line of cookies.values()) headers.append("Set-Cookie", line);
  // One of the application's own makes the response somebody's as well.
  if (headers.has("Set-Cookie")) forbidSharedCaching(headers);
}

/** Without it a cache serves one visitor's page to the next (CVE-2023-30861, CVE-2026-27205). */
function addVaryCookie(headers: Headers): void {
  const vary = headers.get("Vary") ?? "";
  const fields = vary.split(",").map((field) => field.trim().toLowerCase());
  if (fields.includes("*") || fields.includes("cookie")) {
    // Written back as it was: whether the headers can be changed must show here, not halfway through.
    headers.set("Vary", vary);
  } else {
    headers.set("Vary", vary.trim() === "" ? "Cookie" : `${vary}, Cookie`);
  }
}

/** Vary alone is not enough: a CDN that ignores it would hand out the cookie itself (CVE-2025-48947, CVE-2025-64762). */
function forbidSharedCaching(headers: Headers): void {
  // `private="set-cookie"` keeps only that field out of the cache; the page would still be kept.
  const directives = (headers.get("Cache-Control") ?? "")
    .replace(/"(\\.|[^"\\])*"/g, "")
    .split(",")
    .map((directive) => directive.trim().toLowerCase());
  if (!directives.includes("private") && !directives.includes("no-store")) headers.set("Cache-Control", "no-store");
  for (const name of TARGETED_CACHE_CONTROL) if (headers.has(name)) headers.set(name, "no-store");
}
