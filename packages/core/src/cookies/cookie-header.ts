/**
 * The values of every cookie of that name in a Cookie header, in order.
 *
 * Only space and tab are trimmed, as RFC 6265bis §5.6 has it. `String.prototype.trim` would take U+00A0 too, and make
 * of a cookie that any subdomain can set, `\u00a0__Host-session`, the one that only this host can (CVE-2026-39410).
 */
export function cookieValues(header: string, name: string): string[] {
  const values: string[] = [];
  for (const pair of header.split(";")) {
    const equals = pair.indexOf("=");
    if (equals !== -1 && trim(pair.slice(0, equals)) === name) values.push(trim(pair.slice(equals + 1)));
  }
  return values;
}

/** A regular expression for trailing blanks would take quadratic time on a header full of them. */
function trim(text: string): string {
  let end = text.length;
  while (/[ \t]/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end).replace(/^[ \t]+/, "");
}
