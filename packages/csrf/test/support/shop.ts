import { type SessionEvent, SessionManager, type SessionMode } from "@coatcheck/core";
import { type CsrfOptions, csrfProtection, csrfToken, denialResponse } from "@coatcheck/csrf";
import { type Browser, browser } from "@coatcheck/testing";

/** A shop whose forms have tokens. */
export interface Shop {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly sessions: SessionManager;
  readonly events: readonly SessionEvent[];
  visitor(): Customer;
}

/** A customer with a current browser. */
export interface Customer {
  readonly client: Browser;
  /** Loads a page and returns its token. */
  token(path?: string): Promise<string>;
  /** Sends a request from a page of the shop. Resolves to `"done"`, or to the reason why it was denied. */
  send(path: string, init?: RequestInit): Promise<string>;
  /** Sends a form with this token, as {@link send} does. */
  submit(path: string, token: string): Promise<string>;
}

/** A shop whose `/login` binds the session, and whose responses contain a token, made after that. */
export function shop(mode: SessionMode, options: CsrfOptions = {}, cookie = "__Host-session"): Shop {
  const events: SessionEvent[] = [];
  const sessions = new SessionManager({ mode, cookie: { name: cookie }, onEvent: (event) => events.push(event) });
  const protection = csrfProtection({ tokens: true, ...options });
  const fetch = sessions.wrap(async (request, pending) => {
    const result = await protection.check(request, pending);
    if (!result.ok) return denialResponse(request, result);
    const session = await pending;
    const { pathname } = new URL(request.url);
    if (pathname.endsWith("/login")) session.bind("eve");
    if (pathname.endsWith("/logout")) session.destroy();
    if (pathname.endsWith("/regenerate")) session.regenerate();
    return Response.json({ token: pathname.endsWith("/logout") ? "" : csrfToken(session) });
  });

  const visitor = (): Customer => {
    const client = browser({ fetch });
    const send = async (path: string, { headers, ...init }: RequestInit = {}) => {
      const sent = new Headers(headers);
      sent.set("Sec-Fetch-Site", "same-origin");
      const response = await client.fetch(path, { method: "POST", ...init, headers: sent });
      return response.status === 403 ? (await response.json()).reason : "done";
    };
    return {
      client,
      token: async (path = "/") => (await (await client.fetch(path)).json()).token,
      send,
      submit: (path, token) => send(path, { body: new URLSearchParams({ csrf_token: token }) }),
    };
  };
  return { fetch, sessions, events, visitor };
}
