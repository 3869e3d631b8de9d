import { assertOption } from "@coatcheck/core/toolkit";

/** Why a request does not count as one of this site's own. */
export type OriginReason =
  /** Another site sent it. */
  | "cross-site"
  /** Another origin of the same site sent it: a subdomain, another port, or `http:`. */
  | "same-site"
  /** `Sec-Fetch-Site` is missing, and `Origin` is another origin, or `null`. */
  | "origin-mismatch"
  /** Both are missing: no current browser sent it. */
  | "origin-missing";

/**
 * Why a request is denied, or `undefined`. `Sec-Fetch-Site` decides, which no page can set. Without it `Origin`
 * decides, which then must be present and match.
 *
 * @param own - the site's own origin. `undefined` for that of the request's URL
 */
export function originReason(
  request: Request,
  own: string | undefined,
  trusted: ReadonlySet<string>,
): OriginReason | undefined {
  const site = request.headers.get("Sec-Fetch-Site");
  // "none": the user sent it, by a bookmark or by sharing to an installed application, and no page did.
  if (site === "same-origin" || site === "none") return undefined;
  const origin = request.headers.get("Origin");
  if (origin !== null && trusted.has(origin)) return undefined;
  if (site === "cross-site" || site === "same-site") return site;
  // Any other value counts as absent, also a list or another case: "servers SHOULD ignore this header if it contains an
  // invalid value" (Fetch Metadata §2.3). Origin then decides, so this passes nothing that Origin would not.
  if (!origin) return "origin-missing";
  // Sandboxed frames, local files and data: URLs of any site send null. A request URL of an unknown scheme has that
  // origin too, and must not match it.
  const isOwn = origin !== "null" && origin === (own ?? originOf(request));
  return isOwn ? undefined : "origin-mismatch";
}

/** `undefined` when Bun passes on a request with a missing or malformed Host, whose URL cannot be parsed. */
function originOf({ url }: Request): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

/**
 * Asserts that each origin is written exactly as in an `Origin` header. With a slash at the end, for example, it would
 * never match.
 *
 * @throws `INVALID_OPTION`
 */
export function assertOrigins(origins: readonly unknown[], option: string): void {
  for (const origin of origins) {
    const isOrigin = typeof origin === "string" && /^https?:/.test(origin) && URL.canParse(origin);
    assertOption(
      isOrigin && new URL(origin).origin === origin,
      `${option} must be written as browsers write an origin: "https://shop.example", with scheme and host in lower case and without a default port, a path or a slash at the end`,
    );
  }
}
