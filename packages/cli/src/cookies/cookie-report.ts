import type { LoadedSession } from "@coatcheck/core";
import { MAX_COOKIE_BYTES, type SessionContent } from "@coatcheck/core/toolkit";
import {
  type DecodedCookie,
  type RejectionExplanation,
  rejectionExplanations,
  toIso,
} from "@coatcheck/inspector/cookie";
import type { CookieInput } from "./cookie-input.ts";
import type { FoundSession, ServerFacts, Verdict } from "./verdict.ts";

/** Everything that `inspect` prints about a cookie: the document of `--json`. No cookie value, signature or secret. */
export interface CookieReport {
  readonly name: string;
  readonly form: DecodedCookie["form"];
  readonly mode: ServerFacts["mode"];
  /** Identifies the key that the cookie was made with. */
  readonly kid: string | undefined;
  /** The cookies that belong to it, with their size as browsers count it: name and value. */
  readonly cookies: readonly { readonly name: string; readonly bytes: number; readonly limit: number }[];
  /** The attributes, if the input was a `Set-Cookie` line. */
  readonly attributes: readonly string[] | undefined;
  /** Whether the cookie was made with an older secret. */
  readonly needsReissue: boolean | undefined;
  readonly session: ReportedSession | undefined;
  readonly verdict: ReportedVerdict;
}

/** Instants are ISO 8601. */
export interface ReportedSession {
  /** `session.id`. With `serverSide`, it is also the session's key in the store. */
  readonly id: string;
  readonly version?: number | undefined;
  readonly subject?: string | undefined;
  readonly issuedAt?: string | undefined;
  readonly createdAt?: string | undefined;
  readonly authenticatedAt?: string | undefined;
  readonly expiresAt?: string | undefined;
  readonly data?: unknown;
  readonly flash?: readonly { readonly key: string; readonly message: unknown }[] | undefined;
  /** What `login` of `@coatcheck/auth` recorded. */
  readonly login?: unknown;
}

export interface ReportedVerdict {
  readonly answer: Verdict["answer"];
  readonly reason?: string;
  readonly missing?: string;
  /** The signature was not verified, for lack of a secret. The answer does not depend on it. */
  readonly unverified?: true;
  readonly explanation?: RejectionExplanation;
}

export function toCookieReport(
  input: CookieInput,
  decoded: DecodedCookie,
  mode: ServerFacts["mode"],
  verdict: Verdict,
): CookieReport {
  return {
    name: input.name,
    form: decoded.form,
    mode,
    kid: "kid" in decoded ? decoded.kid : undefined,
    cookies: input.cookies.map(({ name, value }) => ({
      name,
      bytes: name.length + value.length,
      limit: MAX_COOKIE_BYTES,
    })),
    attributes: input.attributes,
    needsReissue: verdict.found?.loaded.needsReissue,
    session: toSession(decoded, verdict.found),
    verdict: toVerdict(verdict),
  };
}

function toVerdict(verdict: Verdict): ReportedVerdict {
  switch (verdict.answer) {
    case "accepted":
      return { answer: "accepted" };
    case "rejected":
      return {
        answer: "rejected",
        reason: verdict.reason,
        explanation: rejectionExplanations[verdict.reason],
        ...(verdict.isUnverified && { unverified: true }),
      };
    case "undecided":
      return { answer: "undecided", missing: verdict.missing };
  }
}

/** The session that the library found, or else what the cookie says by itself. */
function toSession(decoded: DecodedCookie, found: FoundSession | undefined): ReportedSession | undefined {
  const { claims, content } = decoded.form === "signed" ? decoded : {};
  const issued = claims && { issuedAt: toIso(claims.issuedAt) };
  if (found !== undefined) {
    const { loaded } = found;
    return { id: loaded.id, ...issued, ...toMetadata(loaded.session), ...toContent(found.content) };
  }
  if (claims !== undefined) return { id: claims.id, ...issued, ...toMetadata(claims), ...toContent(content) };
  return decoded.form === "id" ? { id: decoded.storeKey } : undefined;
}

function toMetadata({
  version,
  subject,
  createdAt,
  authenticatedAt,
  expiresAt,
}: Partial<LoadedSession["session"]>): Partial<ReportedSession> {
  return {
    version,
    subject,
    createdAt: toIso(createdAt),
    authenticatedAt: toIso(authenticatedAt),
    expiresAt: toIso(expiresAt),
  };
}

function toContent(content: SessionContent | undefined): Partial<ReportedSession> {
  if (content === undefined) return {};
  const { data, flash, extensionData } = content;
  const messages = flash.map(([key, message]) => ({ key, message }));
  return { data, flash: messages.length > 0 ? messages : undefined, login: extensionData?.["login"] };
}
