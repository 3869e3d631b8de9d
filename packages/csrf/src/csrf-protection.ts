import { InvalidOptionError } from "@coatcheck/core";
import { type AnySession, assertOption } from "@coatcheck/core/toolkit";
import { checkToken, hasToken } from "./csrf-token.ts";
import type { Denied } from "./denial-response.ts";
import { assertOrigins, originReason } from "./request-origin.ts";
import { mayHaveToken, readToken, resolveNames, type TokenNames } from "./request-token.ts";

/** Options of {@link csrfProtection}. */
export interface CsrfOptions {
  /**
   * The origin of this site as browsers see it, `"https://shop.example"`. Set it behind a proxy where the URL of a
   * request has `http:` or another host. It is used only when a browser sends no `Sec-Fetch-Site`.
   *
   * @default the origin of `request.url`
   */
  readonly origin?: string;
  /**
   * Other origins whose pages may send any request, `"https://admin.shop.example"`: exact, without a path or wildcards.
   * Your own subdomains and front ends on other origins are denied unless they are listed here. @default []
   */
  readonly trustedOrigins?: readonly string[];
  /** Returns `true` for requests that are not checked: webhooks, which no browser sends. @default none */
  readonly exempt?: (request: Request) => boolean;
  /** Whether a request also needs a token of the session, and under which names it is sent. @default false */
  readonly tokens?: boolean | TokenNames;
}

/** The result of {@link CsrfProtection.check}. */
export type CsrfResult = { readonly ok: true } | Denied;

/** Checks requests. Make one per application. */
export interface CsrfProtection {
  /**
   * Whether a request may go on. Its body can still be read afterwards.
   *
   * @param session - needed for `tokens`. A pending one is awaited only when there may be a token to compare
   * @throws `INVALID_OPTION` for `tokens` without a session, or with a body that was already read, and when `exempt`
   *   does not return a boolean; `STORE_FAILED` when the session cannot be loaded
   */
  check(request: Request, session?: AnySession | PromiseLike<AnySession>): Promise<CsrfResult>;
}

/**
 * Methods that change nothing (RFC 9110 §9.2.1). TRACE is one too, but no browser sends it and no site needs it. Any
 * other method, also in another case, counts as unsafe.
 */
const SAFE_METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/**
 * Protection against cross-site request forgery (OWASP Cross-Site Request Forgery Prevention Cheat Sheet): denies
 * requests that other sites make a browser send. The body and its content type change nothing, because checks of
 * certain content types were bypassed by omitting the header (GHSA-2234-fmw7-43wr) and by capital letters
 * (CVE-2024-43787).
 *
 * @throws `INVALID_OPTION`
 */
export function csrfProtection(options: CsrfOptions = {}): CsrfProtection {
  const { origin, trustedOrigins = [], exempt = () => false, tokens = false } = options;
  assertOption(Array.isArray(trustedOrigins), 'trustedOrigins must be a list: ["https://admin.shop.example"]');
  assertOrigins(trustedOrigins, "trustedOrigins");
  if (origin !== undefined) assertOrigins([origin], "origin");
  assertOption(typeof exempt === "function", "exempt must be a function of the request");
  const trusted = new Set(trustedOrigins);
  const names = tokens === false ? undefined : resolveNames(tokens);

  return {
    async check(request, session) {
      if (SAFE_METHODS.includes(request.method)) return { ok: true };
      const isExempt: unknown = exempt(request);
      // A promise, or another value from a program without types, would count as true.
      assertOption(typeof isExempt === "boolean", "exempt must return true or false, not a promise");
      if (isExempt) return { ok: true };

      const reason = originReason(request, origin, trusted);
      if (reason !== undefined) return { ok: false, reason };
      if (names === undefined) return { ok: true };

      if (session === undefined) {
        throw new InvalidOptionError(
          "tokens need the session: check(request, pending). In Hono, register session() before csrf().",
        );
      }
      if (!mayHaveToken(request, names)) return { ok: false, reason: "token-missing" };
      const awaited = await session;
      // Before the body is read: without a session, a request cannot make the server parse one.
      if (!hasToken(awaited)) return { ok: false, reason: "token-invalid" };
      const token = await readToken(request, names);
      if (token === undefined) return { ok: false, reason: "token-missing" };
      const isValid = checkToken(awaited, token);
      return isValid ? { ok: true } : { ok: false, reason: "token-invalid" };
    },
  };
}
