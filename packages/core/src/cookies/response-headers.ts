/** Headers that tell a CDN alone what to keep, and would overrule Cache-Control there (RFC 9213). */
const TARGETED_CACHE_CONTROL = ["CDN-Cache-Control", "Cloudflare-CDN-Cache-Control", "Surrogate-Control"];

/**
 * The response with the headers of a session that was read, and perhaps changed: the same object where its headers can
 * be changed, a copy over the same body where they cannot (`fetch`, `Response.redirect`). Its other headers, other
 * cookies among them, stay as they are. One that sets any cookie at all is for this visitor only.
 *
 * @param cookies - `Set-Cookie` values by cookie name
 */
export function withSessionHeaders(response: Response, cookies: ReadonlyMap<string, string>): Response {
  if (!canCarryHeaders(response)) return response;
  try {
    setHeaders(response.headers, cookies);
    return response;
  } catch {
    // An immutable Headers object throws on the first change. What throws for another reason does so again.
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
  // Without it a cache serves one visitor's page to the next (CVE-2023-30861, CVE-2026-27205).
  const vary = headers.get("Vary");
  if (!hasMember(vary, "*", "cookie")) headers.set("Vary", vary ? `${vary}, Cookie` : "Cookie");
  // Two Set-Cookie of one name in one response are a MUST NOT (RFC 6265bis §4.1.1); an earlier one of ours gives way.
  const others = headers.getSetCookie().filter((line) => !cookies.has(/^[ \t]*([^=;]*?)[ \t]*=/.exec(line)?.[1] ?? ""));
  if (others.length + cookies.size === 0) return;
  headers.delete("Set-Cookie");
  for (const line of [...others, ...cookies.values()]) headers.append("Set-Cookie", line);

  // Vary alone is not enough: a CDN that ignores it would hand out the cookie itself (CVE-2025-48947, CVE-2025-64762).
  if (!hasMember(headers.get("Cache-Control"), "private", "no-store")) headers.set("Cache-Control", "no-store");
  for (const name of TARGETED_CACHE_CONTROL) if (headers.has(name)) headers.set(name, "no-store");
}

/**
 * Whether a field that is a list has one of these members. Quoted parts are none: `private="set-cookie"` keeps that
 * field alone out of the cache, and the page would still be kept.
 */
function hasMember(field: string | null, ...members: readonly string[]): boolean {
  const list = (field ?? "").replace(/"(\\.|[^"\\])*"/g, "").toLowerCase();
  return list.split(",").some((member) => members.includes(member.trim()));
}
