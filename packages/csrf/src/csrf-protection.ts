import { InvalidOptionError } from "@coatcheck/core";
import { type AnySession, assertOption } from "@coatcheck/core/toolkit";
import { checkToken, hasToken } from "./csrf-token.ts";
import type { Denied } from "./denial-response.ts";
import { assertOrigins, originReason } from "./request-origin.ts";
import { carriesToken, readToken, resolveNames, type TokenNames } from "./request-token.ts";

/** Options of {@link csrfProtection}. */
export interface CsrfOptions {
  /**
   * Where browsers reach this site, `"https://shop.example"`: for a server behind a proxy, that sees `http:` or another
   * host in the URL of its requests. Asked only where a browser sends no `Sec-Fetch-Site`.
   *
   * @default the origin of `request.url`
   */
  readonly origin?: string;
  /**
   * Other origins whose pages may send what they like, `"https://admin.shop.example"`: exact, without a path or
   * wildcards. A subdomain and a front end of one's own stand here, or are refused. @default []
   */
  readonly trustedOrigins?: readonly string[];
  /** Says, at once, which requests are not checked at all: webhooks, which no browser sends. @default none */
  readonly exempt?: (request: Request) => boolean;
  /** Whether a token of the session is demanded besides, and under which names. @default false */
  readonly tokens?: boolean | TokenNames;
}

/** What {@link CsrfProtection.check} found. */
export type CsrfResult = { readonly ok: true } | Denied;

/** Checks requests. Make one per application. */
export interface CsrfProtection {
  /**
   * Whether a request may have its way. Its body is still there to be read afterwards.
   *
   * @param session - needed for `tokens`; a pending one is awaited only when there may be a token to compare
   * @throws `INVALID_OPTION` for `tokens` without a session or with a body that was read before, and when `exempt`
   *   returns no boolean; `STORE_FAILED` when the session cannot be read
   */
  check(request: Request, session?: AnySession | PromiseLike<AnySession>): Promise<CsrfResult>;
}

/**
 * Methods that change nothing (RFC 9110 §9.2.1). TRACE is one too, but no browser sends it and no site needs it; a
 * method unknown here, or written otherwise, is taken for unsafe.
 */
const SAFE_METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/**
 * Protection against cross-site request forgery (OWASP Cross-Site Request Forgery Prevention Cheat Sheet): what other
 * sites make a browser send is refused. What a request has in its body, and how it calls that, changes nothing: a check
 * of some content types only was got round by leaving it out (GHSA-2234-fmw7-43wr) and by capitals (CVE-2024-43787).
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
      // Of a promise, or of whatever else a program without types returns, each would count as true.
      assertOption(typeof isExempt === "boolean", "exempt must return true or false, and no promise");
      if (isExempt) return { ok: true };

      const reason = originReason(request, origin, trusted);
      if (reason !== undefined) return { ok: false, reason };
      if (names === undefined) return { ok: true };

      if (session === undefined) {
        throw new InvalidOptionError(
          "tokens need the session: check(request, pending), or in Hono session() in front of csrf().",
        );
      }
      if (!carriesToken(request, names)) return { ok: false, reason: "token-missing" };
      const awaited = await session;
      // Before a body is read: nobody without a session can have one parsed.
      if (!hasToken(awaited)) return { ok: false, reason: "token-invalid" };
      const token = await readToken(request, names);
      if (token === undefined) return { ok: false, reason: "token-missing" };
      const isRight = checkToken(awaited, token);
      return isRight ? { ok: true } : { ok: false, reason: "token-invalid" };
    },
  };
}
