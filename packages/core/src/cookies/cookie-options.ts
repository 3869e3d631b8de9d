import { assertOption } from "../errors.ts";

/** Attributes of the session cookie (RFC 6265bis). The defaults are the secure ones. */
export interface CookieOptions {
  /** @default "__Host-session" */
  readonly name?: string;
  /** @default "/" */
  readonly path?: string;
  /** @default none: browsers send the cookie only to the host that set it, not to its subdomains */
  readonly domain?: string;
  /** @default true */
  readonly secure?: boolean;
  /** @default true */
  readonly httpOnly?: boolean;
  /** @default "lax" */
  readonly sameSite?: "lax" | "strict" | "none";
  /** Whether each top-level site has its own cookie (CHIPS). @default false */
  readonly partitioned?: boolean;
}

/** The cookie with its attributes, as every response writes it. */
export interface ResolvedCookie {
  readonly name: string;
  /** Whether the `__Host-` prefix guarantees that a browser has only one such cookie. */
  readonly isHostOnly: boolean;
  /** A `Set-Cookie` value. `maxAge` in seconds; `undefined` makes a cookie that ends with the browser. */
  serialize(name: string, value: string, maxAge: number | undefined): string;
}

/** Browsers drop every cookie after this many seconds: 400 days (RFC 6265bis §5.5). */
const MAX_AGE_LIMIT = 400 * 24 * 3600;

/** A token (RFC 9110), short enough to leave room for a value within 4096 bytes. */
const NAME = /^[\w!#$%&'*+.^`|~-]{1,4090}$/;

/** ASCII without control characters and semicolons, as long as browsers read an attribute. */
const PATH = /^\/[ -:<-~]{0,1023}$/;
const DOMAIN = /^[A-Za-z\d.-]{0,1024}$/;

/** Fills in the defaults. @throws `INVALID_OPTION` for a cookie that browsers would silently drop */
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
  const isHostOnly = /^__host-/i.test(name);
  const needsSecure = sameSite === "none" || partitioned || /^__(secure|host|http)-/i.test(name);
  const needsHttpOnly = /^__(host-)?http-/i.test(name);
  assertOption(NAME.test(name), "cookie.name must be a token (RFC 9110)");
  assertOption(typeof options === "object" && PATH.test(path), "cookie.path must begin with / and be ASCII without ;");
  assertOption(DOMAIN.test(domain), "cookie.domain must be a host name");
  assertOption(/^(lax|strict|none)$/.test(sameSite), 'cookie.sameSite must be "lax", "strict" or "none"');
  assertOption(
    secure || !needsSecure,
    'cookie.secure must be true for sameSite "none", for partitioned, and for a name with a __ prefix',
  );
  assertOption(httpOnly || !needsHttpOnly, "cookie.httpOnly must be true for a name with a __Http- prefix");
  assertOption(
    !isHostOnly || (domain === "" && path === "/"),
    "cookie: a name with a __Host- prefix needs the path / and no domain",
  );

  const attributes = [
    `Path=${path}`,
    domain && `Domain=${domain}`,
    httpOnly && "HttpOnly",
    secure && "Secure",
    `SameSite=${sameSite.charAt(0).toUpperCase()}${sameSite.slice(1)}`,
    partitioned && "Partitioned",
  ].filter(Boolean);

  return {
    name,
    isHostOnly,
    serialize(fullName, value, maxAge) {
      const age = maxAge === undefined ? [] : [`Max-Age=${Math.min(maxAge, MAX_AGE_LIMIT)}`];
      return [`${fullName}=${value}`, ...attributes, ...age].join("; ");
    },
  };
}
