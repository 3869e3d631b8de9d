import { cookieValues, type ResolvedCookie } from "@coatcheck/core/toolkit";
import type { RememberRejectReason } from "./events.ts";
import { formatToken, parseToken, type RememberToken } from "./token.ts";

/** What a request has under the name of the remember-me cookie. */
export interface ReceivedCookie {
  /** Whether the browser sent the cookie, even an invalid one. */
  readonly isPresent: boolean;
  /** The token, the reason why it is rejected, or `undefined` when there is no cookie or it is empty. */
  readonly token: RememberToken | RememberRejectReason | undefined;
}

export function readCookie(cookie: ResolvedCookie, request: Request): ReceivedCookie {
  const values = cookieValues(request.headers.get("Cookie") ?? "", cookie.name);
  const isPresent = values.length > 0;
  // Of two cookies whose name can exist once, one was planted. The core reads the session cookie in the same way.
  if (cookie.isHostOnly && values.length > 1) return { isPresent, token: "duplicate-cookie" };
  const [value = ""] = values;
  return { isPresent, token: value === "" ? undefined : (parseToken(value) ?? "malformed") };
}

/** @param lifetime - milliseconds */
export function setCookie(
  cookie: ResolvedCookie,
  cookies: Map<string, string>,
  token: RememberToken,
  lifetime: number,
): void {
  const maxAge = Math.max(0, Math.ceil(lifetime / 1000));
  cookies.set(cookie.name, cookie.serialize(cookie.name, formatToken(token), maxAge));
}

/** With exactly the attributes of the cookie that it removes. */
export function removeCookie(cookie: ResolvedCookie, cookies: Map<string, string>): void {
  cookies.set(cookie.name, cookie.serialize(cookie.name, "", 0));
}
