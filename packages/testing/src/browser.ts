import { CookieJar } from "tough-cookie";

/** A function that answers requests: a wrapped handler, `app.fetch`, or `fetch` itself. */
export type Fetch = (request: Request) => Response | Promise<Response>;

/** Options of {@link browser}. */
export interface BrowserOptions {
  /** The origin of the application. @default "https://localhost" */
  readonly origin?: string;
  /** Answers the requests. The global `fetch` sends them over the network. @default fetch */
  readonly fetch?: Fetch;
}

/** A client with a cookie jar. */
export interface Browser {
  /**
   * Sends a request with the matching cookies, and stores the cookies of the response. Does not follow redirects.
   *
   * Requests with methods other than GET and HEAD have `Origin` and `Sec-Fetch-Site: same-origin`, like those of a page
   * of the same origin, unless `init` has one of these headers. A request from another site is
   * `{ headers: { Origin: "https://evil.example" } }`.
   */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Like {@link fetch}, but follows up to ten redirects as a browser does: a POST becomes a GET. */
  visit(path: string, init?: RequestInit): Promise<Response>;
  /** Submits a form from a page of the same origin. */
  submit(path: string, fields: Record<string, string>): Promise<Response>;
  /** The `Cookie` header of a request for `path`. */
  cookieHeader(path?: string): Promise<string>;
  /**
   * Sets a cookie as the server would, by a `Set-Cookie` header. The rules of a browser apply: it may drop the cookie.
   * Also takes a `Cookie` header, such as `sessionTransaction` returns, and sets all its cookies.
   */
  setCookie(header: string): Promise<void>;
  /** Another browser with a copy of the cookies, as a thief has it. */
  clone(): Promise<Browser>;
}

/**
 * Creates a client that handles cookies like a browser. The jar is `tough-cookie`. It enforces the rules for `Secure`,
 * `__Host-` and `__Secure-`, so that it drops the cookies that a real browser would drop.
 */
export function browser(options: BrowserOptions = {}): Browser {
  return browserWithJar(newJar(), options);
}

function newJar(): CookieJar {
  return new CookieJar(undefined, { prefixSecurity: "strict" });
}

function browserWithJar(jar: CookieJar, options: BrowserOptions): Browser {
  const { origin = "https://localhost", fetch: send = globalThis.fetch } = options;
  const toUrl = (path: string) => new URL(path, origin).href;

  const self: Browser = {
    async fetch(path, init) {
      const url = toUrl(path);
      const headers = new Headers(init?.headers);
      if (isUnsafe(init?.method) && !headers.has("Origin") && !headers.has("Sec-Fetch-Site")) {
        headers.set("Origin", new URL(url).origin);
        headers.set("Sec-Fetch-Site", "same-origin");
      }
      const cookies = await self.cookieHeader(path);
      if (cookies !== "") headers.set("Cookie", cookies);
      const response = await send(new Request(url, { ...init, headers, redirect: "manual" }));
      for (const line of response.headers.getSetCookie()) await storeCookie(url, line);
      return response;
    },

    async visit(path, init) {
      let response = await self.fetch(path, init);
      let url = toUrl(path);
      for (let hops = 0; hops < 10 && [301, 302, 303, 307, 308].includes(response.status); hops++) {
        const location = response.headers.get("Location");
        if (location === null) break;
        url = new URL(location, url).href;
        await response.body?.cancel();
        response = await self.fetch(url, response.status > 303 ? init : undefined);
      }
      return response;
    },

    submit: (path, fields) => self.visit(path, { method: "POST", body: new URLSearchParams(fields) }),

    cookieHeader: (path = "/") => jar.getCookieString(toUrl(path)),

    async setCookie(header) {
      for (const line of toSetCookies(header)) await storeCookie(toUrl("/"), line);
    },

    async clone() {
      return browserWithJar(await jar.clone(), options);
    },
  };

  async function storeCookie(url: string, setCookie: string): Promise<void> {
    // Like a browser, drop a rejected cookie without an error.
    await jar.setCookie(setCookie, url, { ignoreError: true });
  }
  return self;
}

/** Whether browsers send `Origin` with every request of this method. */
function isUnsafe(method = "GET"): boolean {
  return !["GET", "HEAD"].includes(method.toUpperCase());
}

/** The attributes of `Set-Cookie`, in lower case. */
const ATTRIBUTES: ReadonlySet<string> = new Set([
  ...["domain", "expires", "httponly", "max-age", "partitioned", "path", "priority", "samesite", "secure"],
]);

/** Converts a `Cookie` header to one `Set-Cookie` header per cookie. Returns a `Set-Cookie` header unchanged. */
function toSetCookies(header: string): string[] {
  const [first = "", ...rest] = header.split(/ *; */);
  const names = rest.map((part) => part.split("=", 1)[0]?.toLowerCase() ?? "");
  if (names.some((name) => ATTRIBUTES.has(name))) return [header];
  const pairs = [first, ...rest].filter((pair) => pair !== "");
  return pairs.map((pair) => `${pair}; Path=/${/^__(Host|Secure)-/i.test(pair) ? "; Secure" : ""}`);
}
