import { InvalidOptionError, SessionTooLargeError } from "./errors.ts";

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
  /** @throws `SESSION_TOO_LARGE` when a value of this length cannot be kept by a browser */
  assertFits(valueLength: number): void;
}

/** Bytes of name and value together that a browser keeps (RFC 6265bis §5.6). */
export const MAX_COOKIE_BYTES = 4096;

/** Seconds after which a browser drops a cookie whatever it says: 400 days (RFC 6265bis §5.5). */
const MAX_AGE_LIMIT = 400 * 24 * 3600;

const SAME_SITE = { lax: "Lax", strict: "Strict", none: "None" } as const;

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

  const prefix = /^__(Secure|Host-Http|Host|Http)-/i.exec(name)?.[1]?.toLowerCase() ?? "";
  const isHostOnly = prefix.startsWith("host");
  // RFC 9110 token; no separators, control or non-ASCII characters, and of an attribute no more than a browser reads.
  refuse(!/^[\w!#$%&'*+.^`|~-]+$/.test(name), "name may hold letters, digits and !#$%&'*+-.^_`|~");
  refuse(!/^\/[ -:<-~]{0,1023}$/.test(path), "path must begin with / and hold printable ASCII without ;");
  refuse(!/^[A-Za-z\d.-]{0,1024}$/.test(domain), "domain must be a host name");
  refuse(!Object.hasOwn(SAME_SITE, sameSite), "sameSite must be lax, strict or none");
  refuse(
    !secure && (sameSite === "none" || partitioned || prefix !== ""),
    "sameSite none, partitioned and the prefix of the name need secure: true",
  );
  refuse(!httpOnly && prefix.endsWith("http"), "the prefix of the name needs httpOnly: true");
  refuse(
    isHostOnly && (domain !== "" || path !== "/"),
    'a __Host- name allows no domain, and no path but "/". Name it __Secure-session',
  );

  const suffix = [
    `Path=${path}`,
    domain && `Domain=${domain}`,
    httpOnly && "HttpOnly",
    secure && "Secure",
    `SameSite=${SAME_SITE[sameSite]}`,
    partitioned && "Partitioned",
  ]
    .filter(Boolean)
    .join("; ");

  return {
    name,
    isHostOnly,
    serialize: (fullName, value, maxAge) =>
      `${fullName}=${value}; ${suffix}${maxAge === undefined ? "" : `; Max-Age=${Math.min(maxAge, MAX_AGE_LIMIT)}`}`,
    assertFits: (valueLength) => {
      if (name.length + valueLength > MAX_COOKIE_BYTES) throw new SessionTooLargeError("cookie: the name is too long.");
    },
  };
}

function refuse(isWrong: boolean, rule: string): void {
  if (isWrong) throw new InvalidOptionError(`cookie: ${rule}.`);
}
