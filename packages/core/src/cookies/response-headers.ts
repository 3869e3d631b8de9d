/** `Set-Cookie` values by cookie name. */
export type SetCookies = ReadonlyMap<string, string>;

/** Headers that only CDNs obey, and that override Cache-Control there (RFC 9213). */
const TARGETED_CACHE_CONTROL = ["CDN-Cache-Control", "Cloudflare-CDN-Cache-Control", "Surrogate-Control"];

/**
 * Adds the headers of a session that was read: `Vary: Cookie`, and with cookies `Set-Cookie` and `Cache-Control: no-store`.
 * Other headers, other cookies among them, stay as they are. A response that sets any cookie at all is for one visitor
 * only and must not be cached.
 *
 * @returns the same response where its headers can be changed, and a copy with the same body where they are immutable
 * (`fetch`, `Response.redirect`)
 */
export function withSessionHeaders(response: Response, cookies: SetCookies): Response {
  if (!canCarryHeaders(response)) return response;
  try {
    setSessionHeaders(response.headers, cookies);
    return response;
  } catch {
    // Immutable headers throw at the first change. Any other error is thrown again by the copy.
    const copy = new Response(response.body, response);
    setSessionHeaders(copy.headers, cookies);
    return copy;
  }
}

/**
 * Whether headers can be added to a response. Upgrades (101) belong to the runtime and `Response.error()` (status 0) has
 * no headers: neither may be changed or copied.
 */
export function canCarryHeaders(response: Response): boolean {
  return response.status !== 101 && response.status !== 0;
}

function setSessionHeaders(headers: Headers, cookies: SetCookies): void {
  // Without Vary a cache serves one visitor's page to the next (CVE-2023-30861, CVE-2026-27205).
  const vary = headers.get("Vary");
  if (!hasMember(vary, "*", "cookie")) headers.set("Vary", vary ? `${vary}, Cookie` : "Cookie");
  const others = headers.getSetCookie().filter((line) => !cookies.has(cookieNameOf(line)));
  if (others.length + cookies.size === 0) return;

  // A response must not set one cookie twice (RFC 6265bis §4.1.1): ours replaces an earlier one.
  headers.delete("Set-Cookie");
  for (const line of [...others, ...cookies.values()]) headers.append("Set-Cookie", line);

  // Vary is not enough: a CDN that ignores it would serve the cookie itself (CVE-2025-48947, CVE-2025-64762).
  if (!hasMember(headers.get("Cache-Control"), "private", "no-store")) headers.set("Cache-Control", "no-store");
  for (const name of TARGETED_CACHE_CONTROL) if (headers.has(name)) headers.set(name, "no-store");
}

/** The name of the cookie that a `Set-Cookie` value sets. */
function cookieNameOf(line: string): string {
  return /^[ \t]*([^=;]*?)[ \t]*=/.exec(line)?.[1] ?? "";
}

/**
 * Whether a header that is a list has one of these members. Quoted parts do not count: `private="set-cookie"` keeps only
 * that field out of a cache, and the page would be stored.
 */
function hasMember(field: string | null, ...members: readonly string[]): boolean {
  const list = (field ?? "").replace(/"(\\.|[^"\\])*"/g, "").toLowerCase();
  return list.split(",").some((member) => members.includes(member.trim()));
}
