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

/** Bytes of an attribute's value that a browser reads (RFC 6265bis §5.6). */
const MAX_ATTRIBUTE_LENGTH = 1024;

const SAME_SITE = { lax: "Lax", strict: "Strict", none: "None" } as const;

/** Fills in the defaults and refuses what a browser would silently drop. @throws `INVALID_OPTION` */
export function resolveCookie(options: CookieOptions = {}): ResolvedCookie {
  const {
    name = "__Host-session",
    path = "/",
    domain,
    secure = true,
    httpOnly = true,
    sameSite = "lax",
    partitioned = false,
  } = options;

  // RFC 9110 token: no separators, control or non-ASCII characters.
  refuse(!/^[\w!#$%&'*+.^`|~-]+$/.test(name), "name may hold letters, digits and !#$%&'*+-.^_`|~ only");
  refuse(!/^\/[ -:<-~]*$/.test(path), "path must begin with / and hold printable ASCII without ;");
  refuse(domain !== undefined && !/^[A-Za-z0-9.-]+$/.test(domain), "domain must be a host name");
  refuse(
    path.length > MAX_ATTRIBUTE_LENGTH || (domain?.length ?? 0) > MAX_ATTRIBUTE_LENGTH,
    "path or domain is too long",
  );
  refuse(!Object.hasOwn(SAME_SITE, sameSite), 'sameSite must be "lax", "strict" or "none"');
  refuse(sameSite === "none" && !secure, 'sameSite: "none" needs secure: true');
  refuse(partitioned && !secure, "partitioned needs secure: true");
  // Browsers compare the prefixes without case.
  const isHost = /^__Host-/i.test(name);
  refuse(/^__(Secure|Host|Http)-/i.test(name) && !secure, "the name's prefix needs secure: true");
  refuse(/^__(Http|Host-Http)-/i.test(name) && !httpOnly, "the name's prefix needs httpOnly: true");
  refuse(
    isHost && (domain !== undefined || path !== "/"),
    'a name with __Host- allows no domain and no path but "/". Name it "__Secure-session" instead',
  );

  const attributes = [
    `Path=${path}`,
    domain === undefined ? undefined : `Domain=${domain}`,
    httpOnly ? "HttpOnly" : undefined,
    secure ? "Secure" : undefined,
    `SameSite=${SAME_SITE[sameSite]}`,
    partitioned ? "Partitioned" : undefined,
  ].filter((attribute) => attribute !== undefined);
  const suffix = `; ${attributes.join("; ")}`;

  return {
    name,
    isHostOnly: isHost,
    serialize: (fullName, value, maxAge) =>
      `${fullName}=${value}${suffix}${maxAge === undefined ? "" : `; Max-Age=${Math.min(maxAge, MAX_AGE_LIMIT)}`}`,
    assertFits: (valueLength) => {
      const bytes = name.length + valueLength;
      if (bytes > MAX_COOKIE_BYTES) {
        throw new SessionTooLargeError(
          `The cookie needs ${bytes} bytes for name and value, and browsers keep ${MAX_COOKIE_BYTES}. Give it a shorter name.`,
        );
      }
    },
  };
}

function refuse(isWrong: boolean, rule: string): void {
  if (isWrong) throw new InvalidOptionError(`cookie: ${rule}.`);
}
