import { CookieJar } from "tough-cookie";

/** Anything that answers requests: a wrapped handler, `app.fetch`, or `fetch` itself. */
export type Fetch = (request: Request) => Response | Promise<Response>;

/** Options of {@link browser}. */
export interface BrowserOptions {
  /** Where the application lives. @default "https://localhost" */
  readonly origin?: string;
  /** Answers the requests; the global `fetch` reaches a server that listens. @default fetch */
  readonly fetch?: Fetch;
}

/** A client with a cookie jar. */
export interface Browser {
  /**
   * Sends a request with the cookies that belong to it, and keeps those of the response. Redirects are not followed.
   *
   * With a method other than GET and HEAD it carries `Origin` and `Sec-Fetch-Site: same-origin`, as a page of the same
   * origin would have it sent. Where `init` has either of these headers, neither is added: so a request of another site is
   * `{ headers: { Origin: "https://evil.example" } }`.
   */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** As {@link fetch}, following up to ten redirects as a browser does: a POST becomes a GET. */
  visit(path: string, init?: RequestInit): Promise<Response>;
  /** Submits a form of a page of the same origin. */
  submit(path: string, fields: Record<string, string>): Promise<Response>;
  /** The `Cookie` header that a request for `path` would carry. */
  cookieHeader(path?: string): Promise<string>;
  /** Adds a cookie as if the server had set it. A browser's rules apply: it may be refused. */
  setCookie(setCookie: string): Promise<void>;
  /** Another browser, with a copy of the cookies: what a thief has. */
  clone(): Promise<Browser>;
}

/**
 * A browser as far as cookies go. The jar is `tough-cookie`, with the rules for `Secure`, `__Host-` and `__Secure-`
 * enforced, so a cookie that a real browser would drop is dropped here too.
 */
export function browser(options: BrowserOptions = {}): Browser {
  return browse(newJar(), options);
}

function newJar(): CookieJar {
  return new CookieJar(undefined, { prefixSecurity: "strict" });
}

function browse(jar: CookieJar, options: BrowserOptions): Browser {
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
      for (const line of response.headers.getSetCookie()) await keep(url, line);
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

    setCookie: (setCookie) => keep(toUrl("/"), setCookie),

    async clone() {
      return browse(await jar.clone(), options);
    },
  };

  async function keep(url: string, setCookie: string): Promise<void> {
    // A refused cookie is not an error: a browser says nothing either, the cookie is just not there.
    await jar.setCookie(setCookie, url, { ignoreError: true });
  }
  return self;
}

/** Whether browsers say with every request of the method where it comes from. */
function isUnsafe(method = "GET"): boolean {
  return !["GET", "HEAD"].includes(method.toUpperCase());
}
