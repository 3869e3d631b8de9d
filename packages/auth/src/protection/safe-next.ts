import { assertOption } from "@coatcheck/core/toolkit";

/** More than any page's address; servers commonly refuse headers of 8 kB, and in a query each character may take nine. */
const MAX_LENGTH = 2048;

/** Nobody's (RFC 2606): only for resolving against. */
const BASE = "https://next.invalid";

/**
 * Where to go after a login: the given path, with its query and hash, if whoever follows it stays on this origin, and
 * otherwise the fallback. What it returns may stand in a `Location` header: ASCII, with one slash in front.
 *
 * @param next - as it came with the request: `url.searchParams.get("next")`
 * @param fallback - a path
 * @throws `INVALID_OPTION` when the fallback is not a path of this origin itself
 */
export function safeNext(next: unknown, fallback = "/"): string {
  assertOption(parseNext(fallback) !== undefined, 'safeNext: the fallback must be a path like "/account"');
  return parseNext(next) ?? fallback;
}

/** A path with query and hash as the URL parser writes it; `undefined` for what is not one, or might lead elsewhere. */
export function parseNext(next: unknown): string | undefined {
  // URL parsers drop tabs and line breaks wherever they are, and take `\` for `/`: both turn a path into a host.
  if (typeof next !== "string" || next.length > MAX_LENGTH || !/^\/(?!\/)[^\p{Cc}\\]*$/u.test(next)) {
    return undefined;
  }
  const { pathname, search, hash } = new URL(next, BASE);
  const path = pathname + search + hash;
  // Without its dot segments `/.//evil` is `//evil`, a host again.
  return path.startsWith("//") || path.length > MAX_LENGTH ? undefined : path;
}
