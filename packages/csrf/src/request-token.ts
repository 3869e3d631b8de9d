import { assertOption, isRecord } from "@coatcheck/core/toolkit";

/** Where a request has its token. Never in the URL: URLs end up in logs, histories and `Referer`. */
export interface TokenNames {
  /** The request header. @default "X-CSRF-Token" */
  readonly header?: string;
  /** The field of a form, URL-encoded or multipart. @default "csrf_token" */
  readonly field?: string;
}

/** The content types of forms with fields. */
const FORM_TYPES: readonly string[] = ["application/x-www-form-urlencoded", "multipart/form-data"];

/** A token of RFC 9110 §5.6.2. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** The names with their defaults. @throws `INVALID_OPTION` */
export function resolveNames(tokens: true | TokenNames): Required<TokenNames> {
  assertOption(tokens === true || isRecord(tokens), "tokens must be true, or { header, field }");
  const { header = "X-CSRF-Token", field = "csrf_token" }: TokenNames = tokens === true ? {} : tokens;
  assertOption(
    typeof header === "string" && HEADER_NAME.test(header),
    "tokens.header must be the name of a header, such as X-CSRF-Token",
  );
  assertOption(typeof field === "string" && field !== "", "tokens.field must be the name of a form field");
  return { header, field };
}

/**
 * Whether a request may have a token, judging by its headers.
 *
 * @throws `INVALID_OPTION` when the token would be in a body that was already read
 */
export function mayHaveToken(request: Request, names: Required<TokenNames>): boolean {
  const { headers, bodyUsed, body } = request;
  if (headers.get(names.header)) return true;
  const [type = ""] = (headers.get("Content-Type") ?? "").split(";", 1);
  if (!FORM_TYPES.includes(type.trim().toLowerCase())) return false;
  assertOption(
    !bodyUsed && !body?.locked,
    "The body was read before its token was checked. Call check first, or send the token in the header",
  );
  return true;
}

/**
 * The token of a request for which {@link mayHaveToken} is true. The body is read from a copy, and only when the header
 * is missing. It is then in memory twice, until the handler has read its own.
 */
export async function readToken(request: Request, names: Required<TokenNames>): Promise<string | undefined> {
  const sent = request.headers.get(names.header);
  if (sent) return sent;
  // A form that cannot be parsed has no token.
  const form = await request
    .clone()
    .formData()
    .catch(() => undefined);
  const value = form?.get(names.field);
  return typeof value === "string" && value !== "" ? value : undefined;
}
