import { assertOption } from "@coatcheck/core/toolkit";

/**
 * More than the address of any page. Servers commonly limit headers to 8 kB, and a character may take nine in a query.
 */
const MAX_LENGTH = 2048;

/** A name that is reserved (RFC 2606), to resolve paths against. */
const BASE = "https://next.invalid";

/** URL parsers drop tabs and line breaks anywhere, and read `\` as `/`. Both can turn a path into a host. */
const PATH = /^\/(?!\/)[^\p{Cc}\\]*$/u;

/**
 * Where to go after a login: the given path, with its query and hash, if it leads to this origin, and otherwise the
 * fallback. The result can be used in a `Location` header: ASCII, with exactly one slash at the front.
 *
 * @param next - as the request contained it: `url.searchParams.get("next")`
 * @param fallback - a path
 * @throws `INVALID_OPTION` when the fallback is not a path on this origin
 */
export function safeNext(next: unknown, fallback = "/"): string {
  assertOption(parseNext(fallback) !== undefined, 'safeNext: the fallback must be a path: "/account"');
  return parseNext(next) ?? fallback;
}

/**
 * The path with query and hash as the URL parser writes it. `undefined` when it is not a path, or may lead elsewhere.
 */
export function parseNext(next: unknown): string | undefined {
  if (typeof next !== "string" || next.length > MAX_LENGTH || !PATH.test(next)) return undefined;
  const { pathname, search, hash } = new URL(next, BASE);
  const path = pathname + search + hash;
  // Without its dot segments `/.//evil` is `//evil`, which is a host again.
  return path.startsWith("//") || path.length > MAX_LENGTH ? undefined : path;
}
