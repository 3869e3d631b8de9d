import { SessionManager, type SessionMode } from "@coatcheck/core";

/** The subject of the sessions in these tests. */
export const SUBJECT = "user-42";

/** The `Set-Cookie` lines of a session of {@link SUBJECT} with a cart in it. */
export async function cookieLines(
  mode: SessionMode,
  { name = "__Host-session", data = {}, now = Date.now() }: CookieLinesOptions = {},
): Promise<string[]> {
  const sessions = new SessionManager({ mode, cookie: { name }, now: () => now });
  const response = await sessions.handle(new Request("https://localhost/"), async (pending) => {
    const session = await pending;
    session.bind(SUBJECT);
    session.set("cart", ["a book"]);
    for (const [key, value] of Object.entries(data)) session.set(key, value);
    session.flash("notice", "Welcome");
    return new Response("stored");
  });
  return response.headers.getSetCookie();
}

interface CookieLinesOptions {
  readonly name?: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly now?: number;
}

/** The value of the cookie that the first line sets. */
export function valueIn([line = ""]: readonly string[]): string {
  return line.slice(line.indexOf("=") + 1, line.indexOf(";"));
}
