import { parseCookie } from "cookie";

/** The values of every cookie with that name, by the parser of the `cookie` package, which express and others use. */
export function cookieValuesByReference(header: string, name: string): string[] {
  return header
    .split(";")
    .map((pair) => parseCookie(pair, { decode: (text) => text })[name])
    .filter((value) => value !== undefined);
}
