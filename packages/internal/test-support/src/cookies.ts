/** A request with this `Cookie` header, like that of a server which accepts values that `Headers` refuses. */
export function requestWith(cookie: string): Request {
  return { headers: { get: (name: string) => (name.toLowerCase() === "cookie" ? cookie : null) } } as Request;
}

/** The value that a `Set-Cookie` line sets. */
export function cookieValueOf(line: string | undefined = ""): string {
  return line.slice(line.indexOf("=") + 1, line.indexOf(";"));
}

/** A `Set-Cookie` line without its value, which a failing test must not print: `name=…; Path=/; Secure`. */
export function shapeOf(line: string | undefined): string | undefined {
  return line?.replace(/=[^;]+/, "=…");
}

/** The attributes of a `Set-Cookie` line in alphabetical order, without `Max-Age`. */
export function attributesOf(line: string): string[] {
  return line
    .split("; ")
    .slice(1)
    .filter((attribute) => !attribute.startsWith("Max-Age="))
    .sort();
}

/** Bytes of name and value together, which RFC 6265bis §5.6 limits. */
export function sizeOf(line: string): number {
  const pair = line.slice(0, line.indexOf(";"));
  return new TextEncoder().encode(pair).length - "=".length;
}
