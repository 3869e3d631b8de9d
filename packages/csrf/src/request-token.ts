import { assertOption } from "@coatcheck/core/toolkit";

/** Where a request carries its token. Never in the URL: URLs end up in logs, histories and `Referer`. */
export interface TokenNames {
  /** The request header. @default "X-CSRF-Token" */
  readonly header?: string;
  /** The field of a form, URL-encoded or multipart. @default "csrf_token" */
  readonly field?: string;
}

/** The content types of forms that have fields. */
const FORM_TYPES: readonly string[] = ["application/x-www-form-urlencoded", "multipart/form-data"];

/** @throws `INVALID_OPTION` */
export function resolveNames(tokens: true | TokenNames): Required<TokenNames> {
  assertOption(tokens === true || Object(tokens) === tokens, "tokens must be true, or { header, field }");
  const { header = "X-CSRF-Token", field = "csrf_token" } = tokens === true ? {} : tokens;
  assertOption(
    typeof header === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(header),
    "tokens.header must be the name of a header",
  );
  assertOption(typeof field === "string" && field !== "", "tokens.field must be the name of a form field");
  return { header, field };
}

/**
 * Whether there may be a token in a request, as far as its headers say.
 *
 * @throws `INVALID_OPTION` when it would be in a body that was read before
 */
export function carriesToken(request: Request, names: Required<TokenNames>): boolean {
  const { headers, bodyUsed, body } = request;
  if (headers.get(names.header)) return true;
  const [type = ""] = (headers.get("Content-Type") ?? "").split(";", 1);
  if (!FORM_TYPES.includes(type.trim().toLowerCase())) return false;
  assertOption(
    !bodyUsed && !body?.locked,
    "The body was read before the token in it could be. Check first and read then, or send the token in the header",
  );
  return true;
}

/**
 * The token that a request carries, as {@link carriesToken} says it may. Only a form's body is read, of a copy, and only when
 * there is no header: the whole of it is then in memory twice until the handler has read its own.
 */
export async function readToken(request: Request, names: Required<TokenNames>): Promise<string | undefined> {
  const sent = request.headers.get(names.header);
  if (sent) return sent;
  // A form that cannot be read has no token.
  const form = await request
    .clone()
    .formData()
    .catch(() => undefined);
  const value = form?.get(names.field);
  return typeof value === "string" && value !== "" ? value : undefined;
}
