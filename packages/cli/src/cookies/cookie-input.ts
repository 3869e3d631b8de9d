import { UsageError } from "../cli-error.ts";

/** One session cookie, out of what somebody pasted. */
export interface CookieInput {
  readonly name: string;
  /** The cookies that make it up, as they were sent: one, or a chunk each, and more where a name came twice. */
  readonly cookies: readonly Pair[];
  /** Of a `Set-Cookie` line. */
  readonly attributes: readonly string[] | undefined;
}

export interface Pair {
  readonly name: string;
  readonly value: string;
}

const ATTRIBUTE = /^(path|domain|expires|max-age|samesite|secure|httponly|partitioned|priority)$/i;

/**
 * Finds the session cookie in a bare value, `name=value`, a `Cookie` header, or `Set-Cookie` lines; among the other
 * lines of a response or of curl, too.
 *
 * @param name - of the cookie, if the user gave one; a single cookie of another name is taken for the one meant
 * @throws `BAD_COOKIE` for what can be none, `COOKIE_NOT_FOUND` when others are there
 */
export function parseCookieInput(text: string, name: string | undefined, defaultName: string): CookieInput {
  const lines = parseLines(text);
  const pairs = lines.flatMap((line) => line.pairs);
  const names = new Set(pairs.map((pair) => pair.name));
  const own = name ?? (names.size === 1 ? pairs[0]?.name || undefined : undefined) ?? defaultName;
  const isOwn = (pair: Pair): boolean => pair.name === own || pair.name === "";
  // Of a request and its response, what was set is newer than what was sent.
  const setting = lines.filter((line) => line.attributes !== undefined);
  const wasSet = setting.some((line) => line.pairs.some(isOwn));
  const candidates = wasSet ? newestOf(setting) : pairs;
  const head = candidates.filter(isOwn).map(({ value }) => ({ name: own, value }));
  // A part that is set to nothing is taken away: the session has become shorter.
  const parts = candidates.filter((pair) => isPart(pair.name, own) && pair.value !== "");
  const cookies = [...head, ...parts];
  if (cookies.length === 0) throw notFound(own, pairs);
  assertSendable(own, cookies);
  return { name: own, cookies, attributes: wasSet ? attributesOf(setting, own) : undefined };
}

function parseLines(text: string): Line[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const [first] = lines;
  if (first === undefined) throw new UsageError("BAD_COOKIE", "There is no cookie: the input is empty.");
  // curl marks what it sends and receives.
  const headers = lines.map((line) => /^(?:[<>] )?(set-cookie|cookie):(.*)$/i.exec(line)).filter(Boolean);
  if (headers.length > 0) return headers.map((match) => parse(match?.[2] ?? "", /^set/i.test(match?.[1] ?? "")));
  if (lines.length === 1) return [parseLine(first)];
  throw new UsageError("BAD_COOKIE", "None of the lines is a Cookie or Set-Cookie header.");
}

/** As a browser has them in the end: of two that are set under one name, the later one. */
function newestOf(setting: readonly Line[]): Pair[] {
  const byName = new Map(setting.flatMap((line) => line.pairs).map((pair) => [pair.name, pair]));
  return [...byName.values()];
}

function attributesOf(setting: readonly Line[], own: string): readonly string[] | undefined {
  return setting.findLast((line) => line.pairs.some((pair) => pair.name === own))?.attributes;
}

/** Whether `__Host-session.2` holds a part of `__Host-session`. */
function isPart(name: string, own: string): boolean {
  return name.startsWith(`${own}.`) && /^[1-3]$/.test(name.slice(own.length + 1));
}

/** The token that the cookies make up, as the library joins it; `undefined` when a part is missing. */
export function joinChunks({ name, cookies }: CookieInput): string | undefined {
  const partNamed = (part: string): string | undefined => cookies.find((pair) => pair.name === part)?.value;
  const head = partNamed(name);
  if (head === undefined) return undefined;
  const [, count] = /^([2-9])~/.exec(head) ?? [];
  if (count === undefined) return head;
  const rest = Array.from({ length: Number(count) - 1 }, (_, index) => partNamed(`${name}.${index + 1}`));
  return rest.every(Boolean) ? head.slice(2) + rest.join("") : undefined;
}

interface Line {
  readonly pairs: readonly Pair[];
  readonly attributes?: readonly string[];
}

/** A line without the name of a header. */
function parseLine(line: string): Line {
  const text = trim(line);
  // No value of ours has one.
  if (!text.includes("=")) {
    if (/[^!-~]/.test(text)) throw new UsageError("BAD_COOKIE", "A cookie has printable ASCII only, without spaces.");
    return { pairs: [{ name: "", value: text }] };
  }
  const [, ...rest] = text.split(";").map((part) => part.split("=")[0]?.trim() ?? "");
  return parse(text, rest.length > 0 && rest.every((part) => part === "" || ATTRIBUTE.test(part)));
}

function parse(text: string, isSetCookie: boolean): Line {
  const [first = "", ...rest] = text.split(";");
  if (!isSetCookie) return { pairs: text.split(";").flatMap(toPair) };
  return { pairs: toPair(first), attributes: rest.map((part) => part.trim()).filter(Boolean) };
}

function toPair(part: string): Pair[] {
  const equals = part.indexOf("=");
  const name = trim(part.slice(0, Math.max(equals, 0)));
  // One without a name is nobody's: any page on a neighbouring host can set it.
  if (name === "") return [];
  // The bytes, as a server has them.
  return [{ name, value: Buffer.from(trim(part.slice(equals + 1))).toString("latin1") }];
}

/** As a server reads it, RFC 6265bis §5.6: spaces and tabs go, nothing else does. In linear time: a paste may be long. */
function trim(text: string): string {
  let end = text.length;
  while (/[ \t]/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end).replace(/^[ \t]+/, "");
}

/** Whatever else is wrong with a value, the library is to say. */
function assertSendable(name: string, cookies: readonly Pair[]): void {
  if (/[^!-~]/.test(name)) throw new UsageError("BAD_COOKIE", "A cookie's name has printable ASCII only.");
  if (cookies.every(({ value }) => value === "")) {
    throw new UsageError("BAD_COOKIE", "The cookie is empty: a line like that removes it from the browser.");
  }
  if (cookies.some(({ value }) => /[\0\r]/.test(value))) {
    throw new UsageError("BAD_COOKIE", "The cookie has a NUL or a carriage return in it, which no server is sent.");
  }
}

function notFound(name: string, pairs: readonly Pair[]): UsageError {
  const names = [...new Set(pairs.map((pair) => pair.name))].filter((other) => /^[\w.-]{1,64}$/.test(other));
  const others = names.length === 0 ? "" : ` There are: ${names.join(", ")}.`;
  return new UsageError("COOKIE_NOT_FOUND", `There is no cookie ${name}.${others} Say which one it is: --name <name>`);
}
