import { assertOption } from "../errors.ts";

/** Attributes of the session cookie (RFC 6265bis). Secure by default. */
export interface CookieOptions {
  /** @default "__Host-session" */
  readonly name?: string;
  /** @default "/" */
  readonly path?: string;
  /** @default none: the cookie goes to the very host that set it, and to no subdomain */
  readonly domain?: string;
  /** @default true */
  readonly secure?: boolean;
  /** @default true */
  readonly httpOnly?: boolean;
  /** @default "lax" */
  readonly sameSite?: "lax" | "strict" | "none";
  /** A jar of its own per top-level site (CHIPS). @default false */
  readonly partitioned?: boolean;
}

/** The cookie as every response writes it. */
export interface ResolvedCookie {
  readonly name: string;
  /** Whether the name promises that there can be one such cookie only. */
  readonly isHostOnly: boolean;
  /** A `Set-Cookie` value. `maxAge` in seconds; without it the cookie lasts as long as the browser runs. */
  serialize(name: string, value: string, maxAge: number | undefined): string;
}

/** Fills in the defaults and refuses what a browser would silently drop. @throws `INVALID_OPTION` */
export function resolveCookie(options: CookieOptions = {}): ResolvedCookie {
  const {
    name = "__Host-session",
    path = "/",
    domain = "",
    secure = true,
    httpOnly = true,
    sameSite = "lax",
    partitioned = false,
  } = options;

  /** Seconds after which a browser drops a cookie whatever it says: 400 days (RFC 6265bis §5.5). */
  const maxAgeLimit = 400 * 24 * 3600;
  const isHostOnly = /^__host-/i.test(name);
  const needsSecure = sameSite === "none" || partitioned || /^__(secure|host|http)-/i.test(name);
  // No separators, control or non-ASCII characters; of an attribute no more than a browser reads, and a name that leaves
  // room for a part of a value.
  assertOption(/^[\w!#$%&'*+.^`|~-]{1,4090}$/.test(name), "cookie.name must be a token (RFC 9110)");
  assertOption(
    typeof options === "object" && /^\/[ -:<-~]{0,1023}$/.test(path),
    "cookie.path must begin with /, ASCII without ;",
  );
  assertOption(/^[A-Za-z\d.-]{0,1024}$/.test(domain), "cookie.domain must be a host name");
  assertOption(/^(lax|strict|none)$/.test(sameSite), "cookie.sameSite must be lax, strict or none");
  assertOption(secure || !needsSecure, "cookie: sameSite none, partitioned and a __ prefix need secure: true");
  assertOption(httpOnly || !/^__(host-)?http-/i.test(name), "cookie: a __Http- prefix needs httpOnly: true");
  assertOption(!isHostOnly || (domain === "" && path === "/"), "cookie: a __Host- name needs path / and no domain");

  const attributes = [
    `Path=${path}`,
    domain && `Domain=${domain}`,
    httpOnly && "HttpOnly",
    secure && "Secure",
    `SameSite=${sameSite[0]?.toUpperCase()}${sameSite.slice(1)}`,
    partitioned && "Partitioned",
  ];

  return {
    name,
    isHostOnly,
    serialize: (fullName, value, maxAge) =>
      [`${fullName}=${value}`, ...attributes, maxAge !== undefined && `Max-Age=${Math.min(maxAge, maxAgeLimit)}`]
        .filter(Boolean)
        .join("; "),
  };
}
