import { type CookieAnatomy, type RejectionLesson, rejectionLessons } from "@coatcheck/inspector/cookie";
import { toIso } from "../instants.ts";
import type { CookieInput } from "./cookie-input.ts";
import type { FoundSession, ServerFacts, Verdict } from "./verdict.ts";

/** All that is told about a cookie: the document of `--json`. No value of the cookie, no signature, no secret. */
export interface Inspection {
  readonly name: string;
  readonly form: CookieAnatomy["form"];
  readonly mode: ServerFacts["mode"];
  /** Names the key that it was made with. */
  readonly kid: string | undefined;
  /** Each cookie that it takes, with its bytes as browsers count them: name and value. */
  readonly cookies: readonly { readonly name: string; readonly bytes: number; readonly limit: number }[];
  /** Of a `Set-Cookie` line. */
  readonly attributes: readonly string[] | undefined;
  /** Whether an older secret made it. */
  readonly stale: boolean | undefined;
  readonly session: InspectedSession | undefined;
  readonly verdict: {
    readonly answer: Verdict["answer"];
    readonly reason?: string;
    readonly missing?: string;
    /** No secret was given to verify the signature, and it makes no difference. */
    readonly unverified?: true;
    readonly lesson?: RejectionLesson;
  };
}

/** Instants are ISO 8601. */
export interface InspectedSession {
  /** `session.id`; of `serverSide` it is what the store keeps the session under. */
  readonly id: string;
  readonly version?: number | undefined;
  readonly subject?: string | undefined;
  readonly issuedAt?: string | undefined;
  readonly createdAt?: string | undefined;
  readonly authenticatedAt?: string | undefined;
  readonly expiresAt?: string | undefined;
  readonly data?: unknown;
  readonly flash?: readonly unknown[] | undefined;
  /** What `login` of `@coatcheck/auth` noted. */
  readonly login?: unknown;
}

/** Bytes of name and value that a browser keeps of one cookie (RFC 6265bis §5.6). */
const MAX_COOKIE_BYTES = 4096;

export function toInspection(
  input: CookieInput,
  anatomy: CookieAnatomy,
  mode: ServerFacts["mode"],
  verdict: Verdict,
): Inspection {
  return {
    name: input.name,
    form: anatomy.form,
    mode,
    kid: "kid" in anatomy ? anatomy.kid : undefined,
    cookies: input.cookies.map(({ name, value }) => ({
      name,
      bytes: name.length + value.length,
      limit: MAX_COOKIE_BYTES,
    })),
    attributes: input.attributes,
    stale: verdict.found?.isStale,
    session: toSession(anatomy, verdict.found),
    verdict: {
      answer: verdict.answer,
      ...("reason" in verdict && { reason: verdict.reason, lesson: rejectionLessons[verdict.reason] }),
      ...("isUnverified" in verdict && { unverified: true as const }),
      ...("missing" in verdict && { missing: verdict.missing }),
    },
  };
}

/** What the library found goes before what the cookie says of itself. */
function toSession(anatomy: CookieAnatomy, found: FoundSession | undefined): InspectedSession | undefined {
  const claims = anatomy.form === "signed" ? anatomy.claims : undefined;
  const issued = claims && { issuedAt: toIso(claims.issuedAt) };
  if (found !== undefined) return { id: found.id, ...issued, ...aboutOf(found.session), ...contentOf(found.content) };
  if (claims !== undefined && anatomy.form === "signed") {
    return { id: claims.id, ...issued, ...aboutOf(claims), ...contentOf(anatomy.content) };
  }
  return anatomy.form === "id" ? { id: anatomy.storeKey } : undefined;
}

function aboutOf({ version, subject, createdAt, authenticatedAt, expiresAt }: Partial<FoundSession["session"]>) {
  return {
    version,
    subject,
    createdAt: toIso(createdAt),
    authenticatedAt: toIso(authenticatedAt),
    expiresAt: toIso(expiresAt),
  };
}

/** The content by the names that it has in the library; it is stored under letters. */
function contentOf(content: unknown) {
  const { d, f, n } = Object(content);
  const flash =
    Array.isArray(f) && f.length > 0 && f.every(Array.isArray)
      ? f.map(([key, message]) => ({ key, message }))
      : undefined;
  return { data: d, flash, login: Object(n).login };
}
