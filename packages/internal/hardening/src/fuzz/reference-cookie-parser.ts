import { parseCookie } from "cookie";

/** The values of every cookie of that name, as the parser says that express and others use. */
export function valuesOf(header: string, name: string): string[] {
  return header
    .split(";")
    .map((pair) => parseCookie(pair, { decode: (text) => text })[name])
    .filter((value) => value !== undefined);
}
