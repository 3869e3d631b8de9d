/**
 * The values of all cookies with this name in a Cookie header, in their order.
 *
 * Only space and tab are trimmed (RFC 6265bis §5.6). `String.prototype.trim` would remove U+00A0 too, and so turn
 * `\u00a0__Host-session`, which any subdomain can set, into the cookie that only this host can set (CVE-2026-39410).
 */
export function cookieValues(header: string, name: string): string[] {
  const values: string[] = [];
  for (const pair of header.split(";")) {
    const equals = pair.indexOf("=");
    if (equals !== -1 && trimBlanks(pair.slice(0, equals)) === name) values.push(trimBlanks(pair.slice(equals + 1)));
  }
  return values;
}

/** Without leading and trailing spaces and tabs. A regular expression for trailing ones would take quadratic time. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text[start])) start += 1;
  while (end > start && isBlank(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}
