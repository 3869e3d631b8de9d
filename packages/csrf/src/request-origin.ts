import { assertOption } from "@coatcheck/core/toolkit";

/** Why a request is not taken for one of this site's own. */
export type OriginReason =
  /** Another site sent it. */
  | "cross-site"
  /** Another origin of the same site did: a subdomain, another port, or `http:`. */
  | "same-site"
  /** `Sec-Fetch-Site` is not there, and `Origin` is another one than this, or `null`. */
  | "origin-mismatch"
  /** Neither is there: no browser of today sent it. */
  | "origin-missing";

/**
 * Why a request is refused, `undefined` if it is not. By `Sec-Fetch-Site`, which no page can set; without it, by `Origin`,
 * which then has to be there and to be right.
 *
 * @param own - the site's own origin; `undefined` for that of the request's URL
 */
export function originReason(
  request: Request,
  own: string | undefined,
  trusted: ReadonlySet<string>,
): OriginReason | undefined {
  const site = request.headers.get("Sec-Fetch-Site");
  // "none": the user did it, by a bookmark or by sharing to an installed application, and no page.
  if (site === "same-origin" || site === "none") return undefined;
  const origin = request.headers.get("Origin");
  if (origin !== null && trusted.has(origin)) return undefined;
  if (site === "cross-site" || site === "same-site") return site;
  // Anything else, a list or an odd case too, is as good as absent: "servers SHOULD ignore this header if it contains an
  // invalid value" (Fetch Metadata §2.3). That lets nothing pass that Origin does not.
  if (!origin) return "origin-missing";
  // Sandboxed frames, local files and data: URLs, whosoever they are, say null; so would the URL of an unknown scheme.
  const isOwn = origin !== "null" && origin === (own ?? originOf(request));
  return isOwn ? undefined : "origin-mismatch";
}

/** Bun hands on what came without a Host, or with a wrong one: it has no origin. */
function originOf({ url }: Request): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

/**
 * That each could stand in an `Origin` header, letter for letter: what is compared with a slash at the end matches nothing.
 *
 * @throws `INVALID_OPTION`
 */
export function assertOrigins(origins: readonly unknown[], option: string): void {
  for (const origin of origins) {
    const isOrigin = typeof origin === "string" && /^https?:/.test(origin) && URL.canParse(origin);
    assertOption(
      isOrigin && new URL(origin).origin === origin,
      `${option}: write an origin as browsers do, "https://shop.example": scheme and host in lower case, no default port, no path, no slash at the end`,
    );
  }
}
