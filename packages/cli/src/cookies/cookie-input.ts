import { chunkingOver, trimBlanks } from "@coatcheck/core/toolkit";
import { UsageError } from "../cli-error.ts";

/** The session cookie in what the user pasted. */
export interface CookieInput {
  readonly name: string;
  /** The cookies that belong to it, as they were sent: usually one, several for chunks, and more for duplicates. */
  readonly cookies: readonly CookiePair[];
  /** The attributes, if the input is a `Set-Cookie` line. */
  readonly attributes: readonly string[] | undefined;
}

/** One cookie. The name is empty if the input is a bare value. */
export interface CookiePair {
  readonly name: string;
  readonly value: string;
}

/** How many cookies one session can be spread over. */
export const MAX_CHUNKS = 4;

/**
 * Finds the session cookie in a bare value, in `name=value`, in a `Cookie` header or in `Set-Cookie` lines, also among the
 * other lines of a response or of curl.
 *
 * @param name - the cookie's name, if the user gave one. Otherwise, a single cookie of any name is the session cookie
 * @throws `BAD_COOKIE` if the input cannot be a cookie, `COOKIE_NOT_FOUND` if it contains other cookies only
 */
export function parseCookieInput(text: string, name: string | undefined, defaultName: string): CookieInput {
  const lines = parseLines(text);
  const pairs = lines.flatMap((line) => line.pairs);
  const names = new Set(pairs.map((pair) => pair.name));
  const sessionName = name ?? (names.size === 1 ? pairs[0]?.name || undefined : undefined) ?? defaultName;
  const [, ...chunkNames] = chunkingOver(sessionName, MAX_CHUNKS).names;
  const isHead = (pair: CookiePair): boolean => pair.name === sessionName || pair.name === "";
  // If the input is a request and its response, the cookie that was set is newer than the one that was sent.
  const setCookieLines = lines.filter((line) => line.attributes !== undefined);
  const wasSet = setCookieLines.some((line) => line.pairs.some(isHead));
  const candidates = wasSet ? latestOf(setCookieLines) : pairs;
  const heads = candidates.filter(isHead).map(({ value }) => ({ name: sessionName, value }));
  // An empty chunk is one that was removed, because the session has become shorter.
  const chunks = candidates.filter((pair) => chunkNames.includes(pair.name) && pair.value !== "");
  const cookies = [...heads, ...chunks];
  if (cookies.length === 0) throw notFound(sessionName, pairs);
  assertSendable(sessionName, cookies);
  const attributes = wasSet ? attributesOf(setCookieLines, sessionName) : undefined;
  return { name: sessionName, cookies, attributes };
}

/** The value of the cookies, joined from its chunks. `undefined` if a chunk is missing. */
export function joinCookies({ name, cookies }: CookieInput): string | undefined {
  const chunking = chunkingOver(name, MAX_CHUNKS);
  const [head, ...rest] = chunking.names.map((chunk) => cookies.find((pair) => pair.name === chunk)?.value);
  return head === undefined ? undefined : chunking.join([head, ...rest]);
}

interface Line {
  readonly pairs: readonly CookiePair[];
  /** Only in a `Set-Cookie` line. */
  readonly attributes?: readonly string[];
}

function parseLines(text: string): Line[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const [first] = lines;
  if (first === undefined) throw new UsageError("BAD_COOKIE", "There is no cookie: the input is empty.");
  const headers = lines.flatMap(parseHeader);
  if (headers.length > 0) return headers;
  if (lines.length === 1) return [parseSingleLine(first)];
  throw new UsageError("BAD_COOKIE", "None of the lines is a Cookie or Set-Cookie header.");
}

/** curl begins the lines that it sends with `>`, and those that it receives with `<`. */
function parseHeader(line: string): Line[] {
  const [, name, text = ""] = /^(?:[<>] )?(set-cookie|cookie):(.*)$/i.exec(line) ?? [];
  if (name === undefined) return [];
  return [name.toLowerCase() === "cookie" ? parseCookie(text) : parseSetCookie(text)];
}

/** A line without the name of a header. */
function parseSingleLine(line: string): Line {
  const text = trimBlanks(line);
  // The values that coatcheck issues contain no `=`.
  if (!text.includes("=")) {
    if (/[^!-~]/.test(text)) {
      throw new UsageError("BAD_COOKIE", "A cookie contains printable ASCII characters only, and no spaces.");
    }
    return { pairs: [{ name: "", value: text }] };
  }
  const [, ...others] = text.split(";").map((part) => part.split("=")[0]?.trim() ?? "");
  const isSetCookie = others.length > 0 && others.every((name) => name === "" || ATTRIBUTE.test(name));
  return isSetCookie ? parseSetCookie(text) : parseCookie(text);
}

const ATTRIBUTE = /^(path|domain|expires|max-age|samesite|secure|httponly|partitioned|priority)$/i;

function parseCookie(text: string): Line {
  return { pairs: text.split(";").flatMap(toPair) };
}

function parseSetCookie(text: string): Line {
  const [pair = "", ...attributes] = text.split(";");
  return { pairs: toPair(pair), attributes: attributes.map((part) => part.trim()).filter(Boolean) };
}

function toPair(part: string): CookiePair[] {
  const equals = part.indexOf("=");
  const name = trimBlanks(part.slice(0, Math.max(equals, 0)));
  // Any page on a neighboring host can set a cookie without a name.
  if (name === "") return [];
  // As bytes, which is how a server receives it.
  return [{ name, value: Buffer.from(trimBlanks(part.slice(equals + 1))).toString("latin1") }];
}

/** The cookies that a browser has in the end: a later line replaces an earlier one of the same name. */
function latestOf(setCookieLines: readonly Line[]): CookiePair[] {
  const byName = new Map(setCookieLines.flatMap((line) => line.pairs).map((pair) => [pair.name, pair]));
  return [...byName.values()];
}

function attributesOf(setCookieLines: readonly Line[], name: string): readonly string[] | undefined {
  return setCookieLines.findLast((line) => line.pairs.some((pair) => pair.name === name))?.attributes;
}

/** Only what no browser would send. Everything else about the value is for the library to judge. */
function assertSendable(name: string, cookies: readonly CookiePair[]): void {
  if (/[^!-~]/.test(name)) {
    throw new UsageError("BAD_COOKIE", "The name of a cookie contains printable ASCII characters only.");
  }
  if (cookies.every(({ value }) => value === "")) {
    throw new UsageError("BAD_COOKIE", "The cookie is empty: a line like this removes it from the browser.");
  }
  if (cookies.some(({ value }) => /[\0\r]/.test(value))) {
    throw new UsageError("BAD_COOKIE", "The cookie contains a NUL or a carriage return, which no browser sends.");
  }
}

function notFound(name: string, pairs: readonly CookiePair[]): UsageError {
  const names = [...new Set(pairs.map((pair) => pair.name))].filter((other) => /^[\w.-]{1,64}$/.test(other));
  const others = names.length === 0 ? "" : ` The input has: ${names.join(", ")}.`;
  return new UsageError("COOKIE_NOT_FOUND", `There is no cookie ${name}.${others} Give its name: --name <name>`);
}
