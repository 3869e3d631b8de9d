import type { SessionManager } from "@coatcheck/core";
import { type Visitor, visitor } from "@coatcheck/test-support";
import type { Browser } from "@coatcheck/testing";

type Sessions<Data extends object> = Pick<SessionManager<Data>, "handle">;

/**
 * A visitor whose browser sends additional headers.
 *
 * @param headers - read for every request, so that a test can change them
 */
export function device<Data extends object>(
  sessions: Sessions<Data>,
  headers: Record<string, string> = {},
): Visitor<Data, Record<string, string>> {
  return visitor<Data, Record<string, string>>({
    handle: (request, handler) => {
      const own = new Headers(request.headers);
      for (const [name, value] of Object.entries(headers)) own.set(name, value);
      return sessions.handle(new Request(request, { headers: own }), handler);
    },
  });
}

/** Whether a copy of the browser's cookies is logged in. */
export async function isAlive<Data extends object>(
  { client }: { readonly client: Browser },
  sessions: Sessions<Data>,
): Promise<boolean> {
  const thief = visitor(sessions);
  for (const pair of (await client.cookieHeader()).split("; ")) {
    if (pair !== "") await thief.client.setCookie(`${pair}; Path=/; Secure`);
  }
  return (await thief.visit(({ subject }) => subject)).result !== undefined;
}
